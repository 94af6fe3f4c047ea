import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A system call that failed, with what it was for and the file that it was about.
package struct FileError: Error, Sendable, Hashable {
  /// What was being done: "open", "write".
  package var action: String
  /// The file or folder.
  package var path: String
  /// The system's number of the reason.
  package var number: Errno

  /// Describes a failure.
  package init(_ action: String, _ path: String, _ number: Errno) {
    self.action = action
    self.path = path
    self.number = number
  }

  /// A file that should have content.
  package static func empty(_ path: String) -> FileError { FileError("write", path, .ioError) }

  /// A file that should be there.
  package static func missing(_ path: String) -> FileError { FileError("open", path, .noSuchFileOrDirectory) }

  /// A place where this user may not write.
  package static func forbidden(_ path: String) -> FileError { FileError("write", path, .permissionDenied) }

  /// "No space left on device".
  package var reason: String { number.description }

  /// "PATH: No space left on device".
  package var message: String { "\(path): \(reason)" }

  /// Whether the disk, or this user's share of it, is full.
  package var isFullDisk: Bool { number == .noSpace || number == Errno(rawValue: EDQUOT) }

  /// Whether this user may not do it, or nobody may on this file system.
  package var isForbidden: Bool {
    number == .permissionDenied || number == .notPermitted || number == .readOnlyFileSystem
  }

  /// Whether a symbolic link stands where a file or folder of ours was expected.
  package var isLink: Bool { number == .tooManySymbolicLinkLevels }

  /// Whether the system may give later what it did not give now: threads, processes.
  package var isRefusal: Bool { number == .resourceTemporarilyUnavailable }

  /// Whether there is nothing of that name.
  package var isMissing: Bool { number == .noSuchFileOrDirectory }

  /// Runs a call of swift-system, whose errors are system numbers.
  static func wrapping<Value>(
    _ action: String, _ path: String, _ body: () throws -> Value
  ) throws(FileError) -> Value {
    // The system would read the name only up to a zero byte, and do something to another file.
    if path.utf8.contains(0) { throw FileError(action, path, .invalidArgument) }
    do {
      return try body()
    } catch {
      throw FileError(action, path, error as? Errno ?? .ioError)
    }
  }

  /// Runs a call that says with a negative number that the reason is in `errno`; repeats it after a signal.
  @discardableResult
  static func checking(
    _ action: String, _ path: String, _ body: () -> CInt
  ) throws(FileError) -> CInt {
    if path.utf8.contains(0) { throw FileError(action, path, .invalidArgument) }
    while true {
      let result = body()
      if result >= 0 { return result }
      let number = Errno(rawValue: errno)
      if number != .interrupted { throw FileError(action, path, number) }
    }
  }
}
