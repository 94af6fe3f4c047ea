import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The three streams that a program finds open, or does not.
package enum StandardStreams {
  /// Takes the places of streams that are closed, so that no file of ours gets one of their numbers: stdin is empty
  /// then, and writing to the others fails.
  package static func open() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free number is this one. What is read only takes no writing.
      _ = openNull()
    }
  }
}

// Out of the type, where its own `open` would be meant.
private func openNull() -> CInt { open("/dev/null", O_RDONLY) }

extension TerminalDevice {
  /// What a stream is that is no terminal.
  package var isFolder: Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// All bytes up to the end, however they arrive.
  ///
  /// - Parameters:
  ///   - limit: more than so many are an error.
  ///   - whileWaiting: called about twice a second as long as nothing comes; says how many milliseconds passed.
  /// - Throws: where there is nothing to read: a folder, a stream that was opened for writing.
  package func readToEnd(
    limit: Int = 1 << 30, whileWaiting: (_ milliseconds: Int) -> Void = { _ in }
  ) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    var waited = 0
    while true {
      switch read(milliseconds: 500) {
      case .bytes(let more):
        bytes += more
        if bytes.count > limit { throw FileError("read", "stdin", .fileTooLarge) }
      case .nothing:
        waited += 500
        if bytes.isEmpty { whileWaiting(waited) }
      case .failed(let number): throw FileError("read", "stdin", number)
      case .ended: return bytes
      }
    }
  }
}
