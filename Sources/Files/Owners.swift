import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Who owns and who may change a file.
package enum Owners {
  /// The number of the user whose rights this process has.
  package static var user: UInt32 { geteuid() }

  /// The numbers of the groups whose rights this process has.
  package static var groups: Set<UInt32> {
    var list = [gid_t](repeating: 0, count: 1024)
    let count = getgroups(CInt(list.count), &list)
    return Set(list.prefix(max(0, Int(count))) + [getegid()])
  }

  /// The user who owns `path`, by name where there is one.
  package static func name(of path: String) -> String {
    FileStatus(at: path).map { name(ofUser: $0.owner) } ?? "nobody"
  }

  /// A user's name, or the number of one without.
  package static func name(ofUser number: UInt32) -> String {
    guard let entry = getpwuid(number), let name = entry.pointee.pw_name else { return "user \(number)" }
    return String(cString: name)
  }

  /// What a process may want to do.
  package enum Access { case readAndWrite, writeInFolder }

  /// Whether the effective user of this process may.
  package static func allows(_ access: Access, _ path: String) -> Bool {
    let mode = access == .writeInFolder ? W_OK | X_OK : R_OK | W_OK
    return faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0
  }

  /// Whether the effective user of this process may look up names in a folder.
  package static func mayEnter(_ folder: String) -> Bool {
    faccessat(AT_FDCWD, folder, X_OK, AT_EACCESS) == 0
  }

  /// Why what is at `path` may have been made or changed by somebody else than this user and root: "it belongs to eve",
  /// "others may write to it", "it is a symbolic link". Nil where that cannot be, or where there is nothing.
  ///
  /// - Parameter followsLinks: whether what a symbolic link points to is meant. Without it, a link is a fault.
  package static func distrust(_ path: String, followsLinks: Bool = false) -> String? {
    guard let status = FileStatus(at: path, followsLinks: followsLinks) else { return nil }
    return distrust(status, user: user)
  }

  /// As above, for a status and a user.
  package static func distrust(_ status: FileStatus, user: UInt32) -> String? {
    if status.kind == .link { return "it is a symbolic link" }
    if status.owner != user, status.owner != 0 { return "it belongs to \(name(ofUser: status.owner))" }
    if status.permissions & 0o002 != 0 { return "everybody may write to it" }
    // Many systems give each user a group of the same number, which nobody else is in; root's are administrators.
    let isPrivateGroup = status.group == status.owner
    return status.permissions & 0o020 != 0 && !isPrivateGroup ? "its group may write to it" : nil
  }

  /// Why another user could exchange the folder `path`, given without links, for one of their own: the folder above it
  /// at fault, with the reason. In folders like /tmp, whose sticky bit is set, only the owner can.
  ///
  /// - Parameter trusted: another user who may.
  package static func exchangeable(_ path: String, trusting trusted: UInt32? = nil) -> String? {
    var folder = path
    while true {
      let parent = Folders.parent(of: folder)
      if parent == folder { return nil }
      folder = parent
      guard let status = FileStatus(at: folder) else { return nil }
      if status.owner != user, status.owner != 0, status.owner != trusted {
        return "\(folder), which it is in, belongs to \(name(ofUser: status.owner))"
      }
      if status.permissions & 0o1002 == 0o002 { return "everybody may rename what is in \(folder)" }
    }
  }

  /// Gives a file or folder of ours to a group that this user is in.
  package static func setGroup(_ group: UInt32, of path: String) throws(FileError) {
    try FileError.checking("change the group of", path) { lchown(path, uid_t.max, gid_t(group)) }
  }

  /// Sets the permission bits of a file or folder of ours, through a descriptor that follows no link.
  package static func setPermissions(_ permissions: UInt32, of path: String) throws(FileError) {
    let descriptor = try FileError.wrapping("open", path) {
      try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow, .nonBlocking])
    }
    let file = OpenFile(path, descriptor)
    try FileError.checking("change the permissions of", path) {
      fchmod(file.descriptor.rawValue, mode_t(permissions))
    }
  }
}
