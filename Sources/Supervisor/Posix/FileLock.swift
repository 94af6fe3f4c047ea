#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A lock between processes, on a file. The system gives it back when its owner dies, however that happens.
final class FileLock {
  private let file: Int32

  private init(file: Int32) {
    self.file = file
  }

  deinit {
    close(file)
  }

  /// Takes the lock, or returns `nil` where another holds it.
  static func attempt(_ path: String) throws(FileError) -> FileLock? {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw FileError(path) }
    while flock(file, LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      let error = FileError(path)
      close(file)
      if error.number == EWOULDBLOCK { return nil }
      throw error
    }
    return FileLock(file: file)
  }

  /// Takes the lock; calls `whileWaiting` about ten times a second as long as another holds it, until that
  /// throws.
  static func acquire(_ path: String, whileWaiting: () throws -> Void) throws -> FileLock {
    while true {
      if let lock = try attempt(path) { return lock }
      try whileWaiting()
      usleep(100_000)
    }
  }
}
