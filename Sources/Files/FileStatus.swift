import SystemPackage

/// What a name in the file system stands for.
package struct FileStatus: Sendable, Hashable {
  /// The kinds that matter to us.
  package enum Kind: Sendable { case file, folder, link, other }

  /// What it is.
  package var kind: Kind
  /// In bytes.
  package var size: Int
  /// When its content changed last, in nanoseconds since 1970.
  package var modifiedNanoseconds: Int
  /// The number of the user who owns it.
  package var owner: UInt32
  /// The number of its group.
  package var group: UInt32
  /// The permission bits, with those for set-user, set-group and sticky.
  package var permissions: UInt32
  /// The number of its file system.
  package var device: UInt64
  /// Its number in the file system.
  package var inode: UInt64

  /// Whether it is a folder.
  package var isFolder: Bool { kind == .folder }

  /// Looks at `path`; nil where there is nothing.
  ///
  /// - Parameter followsLinks: whether what a symbolic link points to is meant, and not the link.
  package init?(at path: String, followsLinks: Bool = true) {
    guard !path.utf8.contains(0), let stat = try? Stat(path, followTargetSymlink: followsLinks) else {
      return nil
    }
    self.init(stat)
  }

  init(_ stat: Stat) {
    kind =
      switch stat.type {
      case .regular: .file
      case .directory: .folder
      case .symbolicLink: .link
      default: .other
      }
    size = Int(stat.size)
    let modified = stat.st_mtim
    modifiedNanoseconds = Int(modified.tv_sec) &* 1_000_000_000 &+ Int(modified.tv_nsec)
    owner = UInt32(stat.userID.rawValue)
    group = UInt32(stat.groupID.rawValue)
    permissions = UInt32(stat.permissions.rawValue)
    device = UInt64(truncatingIfNeeded: stat.deviceID.rawValue)
    inode = UInt64(truncatingIfNeeded: stat.inode.rawValue)
  }

  /// Whether both are the same file, by whatever names it was found.
  package func isSameFile(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }
}
