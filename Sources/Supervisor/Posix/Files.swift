#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A system call that failed, with the file it was about.
struct FileError: Error {
  var path: String
  var number: Int32

  /// Takes the reason from `errno`.
  init(_ path: String) {
    self.path = path
    number = errno
  }

  /// "PATH: No space left on device".
  var message: String { "\(path): \(String(cString: strerror(number)))" }
}

/// The POSIX calls behind the cache: everything that must be atomic, durable or positional.
enum Files {
  /// What a file is.
  struct Status {
    var size: Int
    var modifiedNanoseconds: Int
    var isFolder: Bool
    var owner: UInt32
    var mode: UInt32
  }

  /// What `path` is, after symbolic links; `nil` where there is nothing.
  static func status(_ path: String) -> Status? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    #if canImport(Darwin)
      let modified = status.st_mtimespec
    #else
      let modified = status.st_mtim
    #endif
    return Status(
      size: Int(status.st_size), modifiedNanoseconds: modified.tv_sec * 1_000_000_000 + modified.tv_nsec,
      isFolder: status.st_mode & S_IFMT == S_IFDIR, owner: status.st_uid,
      mode: UInt32(status.st_mode & 0o7777))
  }

  /// Whether this process may create files in a folder.
  static func isWritable(_ folder: String) -> Bool { access(folder, W_OK | X_OK) == 0 }

  /// The user who owns `path`, by name where there is one.
  static func owner(of path: String) -> String {
    guard let status = status(path) else { return "nobody" }
    guard let entry = getpwuid(status.owner), let name = entry.pointee.pw_name else {
      return "\(status.owner)"
    }
    return String(cString: name)
  }

  /// The bytes that a user may still write to the file system of `path`.
  static func freeSpace(_ path: String) -> Int? {
    var space = statvfs()
    guard statvfs(path, &space) == 0 else { return nil }
    return Int(space.f_bavail) * Int(space.f_frsize)
  }

  /// The names in a folder, without `.` and `..`; none where it cannot be read.
  static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Creates a folder and those above it.
  static func makeFolder(_ path: String) throws(FileError) {
    if let status = status(path), status.isFolder { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try makeFolder(String(path[..<slash]))
    }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw FileError(path) }
    guard status(path)?.isFolder == true else {
      errno = ENOTDIR
      throw FileError(path)
    }
  }

  /// Moves a file or folder to a name that is free (or, for a file, replaces it).
  static func move(_ path: String, to target: String) throws(FileError) {
    guard rename(path, target) == 0 else { throw FileError(target) }
  }

  /// Removes a file, or a folder with everything in it; links are removed, not followed. Never mind failures.
  static func remove(_ path: String) {
    if unlink(path) == 0 { return }
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return }
    for name in names(in: path) { remove(path + "/" + name) }
    rmdir(path)
  }

  /// Waits until a file's bytes, or a folder's names, are on the disk.
  static func synchronize(_ path: String) throws(FileError) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw FileError(path) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw FileError(path) }
  }

  /// The path without symbolic links, or as it is where there is no such file.
  static func realPath(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Whether a process with this identity runs.
  static func isAlive(_ process: Int32) -> Bool { kill(process, 0) == 0 || errno == EPERM }

  /// The identity of this process.
  static var process: Int32 { getpid() }

  /// Seconds since 1970.
  static func now() -> Int { time(nil) }
}
