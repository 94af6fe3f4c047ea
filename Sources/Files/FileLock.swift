import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A lock between processes, on a file or a folder. The system gives it back when its owner dies, however that happens.
package final class FileLock: Sendable {
  private let file: OpenFile

  private init(_ file: OpenFile) { self.file = file }

  /// Takes the lock on a file, which is made where it does not exist; nil where another holds it. A symbolic link of
  /// that name is refused.
  package static func attempt(_ path: String, permissions: UInt32 = 0o600) throws(FileError) -> FileLock? {
    let file = try OpenFile(writing: path, permissions: permissions)
    return try take(file) ? FileLock(file) : nil
  }

  /// Takes the lock; calls `whileWaiting` about ten times a second as long as another holds it, until that
  /// throws.
  package static func acquire(_ path: String, whileWaiting: () throws -> Void) throws -> FileLock {
    while true {
      if let lock = try attempt(path) { return lock }
      try whileWaiting()
      usleep(100_000)
    }
  }

  /// Takes the lock on a folder; nil where another process holds it.
  package static func attempt(folder path: String) throws(FileError) -> FileLock? {
    let descriptor = try FileError.wrapping("open", path) {
      try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec, .noFollow])
    }
    let file = OpenFile(path, descriptor)
    guard try take(file), let named = FileStatus(at: path, followsLinks: false),
      // Whoever held it may have finished and renamed it between the opening and the locking.
      named.isSameFile(as: try file.status)
    else { return nil }
    return FileLock(file)
  }

  /// Gives a lock back before its file is closed.
  package static func giveBack(_ file: OpenFile) throws(FileError) {
    try FileError.checking("unlock", file.path) { flock(file.descriptor.rawValue, LOCK_UN) }
  }

  /// Takes the lock on an open file: whether nobody else held it.
  package static func take(_ file: OpenFile) throws(FileError) -> Bool {
    do {
      try FileError.checking("lock", file.path) { flock(file.descriptor.rawValue, LOCK_EX | LOCK_NB) }
      return true
    } catch {
      if error.number == .wouldBlock { return false }
      // A file system without locks: what is written is checked by its sum afterwards.
      let none = [ENOTSUP, ENOSYS, ENOLCK].map { Errno(rawValue: $0) }
      if none.contains(error.number) { return true }
      throw error
    }
  }
}
