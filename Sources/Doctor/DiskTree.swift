#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The files of the machine, or of a folder that stands for its root. The only file of the target that is POSIX.
public struct DiskTree: FileTree {
  private let root: String

  /// - Parameter root: what is put before every path; nothing for the machine itself.
  public init(root: String = "") { self.root = root }

  public func entry(at path: String) -> FileEntry? {
    var status = stat()
    guard stat(root + path, &status) == 0 else { return nil }
    let kind: FileEntry.Kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      default: .other
      }
    return FileEntry(
      kind, permissions: Int(status.st_mode & 0o777), owner: Int(status.st_uid), group: Int(status.st_gid))
  }

  public func names(in folder: String) -> [String] {
    guard let stream = opendir(root + folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let capacity = MemoryLayout.size(ofValue: entry.pointee.d_name)
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: capacity) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  public func bytes(at path: String, offset: Int, count: Int) -> [UInt8]? {
    guard offset >= 0, count > 0 else { return nil }
    // Without waiting: what looks like a file may be a pipe.
    let descriptor = open(root + path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard offset == 0 || lseek(descriptor, off_t(offset), SEEK_SET) == off_t(offset) else { return nil }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: min(count, 65_536))
    while bytes.count < count {
      let wanted = min(buffer.count, count - bytes.count)
      let got = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, wanted) }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { return nil }
      if got == 0 { break }
      bytes += buffer[..<got]
    }
    return bytes
  }

  public func resolved(_ path: String) -> String? {
    guard let text = realpath(root + path, nil) else { return nil }
    defer { free(text) }
    let path = String(cString: text)
    guard !root.isEmpty else { return path }
    guard let base = realpath(root, nil) else { return nil }
    defer { free(base) }
    let prefix = String(cString: base)
    return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
  }

  public func allows(_ access: FileAccess, at path: String) -> Bool {
    let mode = access == .write ? W_OK | X_OK : R_OK | W_OK
    return faccessat(AT_FDCWD, root + path, mode, AT_EACCESS) == 0
  }

  public func freeSpace(at path: String) -> Int? {
    var status = statvfs()
    guard statvfs(root + path, &status) == 0 else { return nil }
    let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return overflow ? nil : Int(clamping: bytes)
  }
}

extension Machine.User {
  /// The user of this process, with the groups that the process has.
  public static var current: Machine.User {
    var groups = [gid_t](repeating: 0, count: 1024)
    let count = getgroups(Int32(groups.count), &groups)
    let list = groups.prefix(max(0, Int(count))).map { Int($0) }
    return Machine.User(number: Int(geteuid()), groups: Set(list + [Int(getegid())]))
  }
}
