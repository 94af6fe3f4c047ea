import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// One of the standard streams.
package struct TerminalDevice: Sendable {
  let descriptor: CInt

  /// What the program reads.
  package static let input = TerminalDevice(descriptor: STDIN_FILENO)
  /// Answers and data.
  package static let output = TerminalDevice(descriptor: STDOUT_FILENO)
  /// Progress, notes, metrics and errors.
  package static let error = TerminalDevice(descriptor: STDERR_FILENO)

  /// Whether a person sits there.
  package var isTerminal: Bool { isatty(descriptor) == 1 }

  /// The width in characters; nil if it is not known.
  package var width: Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Writes all bytes at once, unbuffered.
  /// - Throws: Where the stream takes no more. A pipe that nobody reads any more gives `isBrokenPipe`.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      do throws(FileError) {
        let count = try FileError.wrapping("write", "the output") {
          try FileDescriptor(rawValue: descriptor).write(rest)
        }
        guard count > 0 else { throw FileError("write", "the output", .ioError) }
        done += count
      } catch {
        guard error.number == .wouldBlock else { throw error }
        // Somebody made the stream not wait, as programs that share a terminal do.
        wait(for: POLLOUT, milliseconds: -1)
      }
    }
  }

  /// What the stream has to say.
  package enum Input: Sendable {
    case bytes([UInt8])
    /// Nothing within the time.
    case nothing
    /// The terminal has gone, or the input has ended.
    case ended
    /// It cannot be read, and why.
    case failed(Errno)
  }

  /// Waits for bytes.
  package func read(milliseconds: CInt) -> Input {
    let ready = wait(for: POLLIN, milliseconds: milliseconds)
    if ready < 0 { return errno == EINTR ? .nothing : .failed(Errno(rawValue: errno)) }
    guard ready > 0 else { return .nothing }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    do {
      let count = try bytes.withUnsafeMutableBytes {
        try FileDescriptor(rawValue: descriptor).read(into: $0, retryOnInterrupt: false)
      }
      return count > 0 ? .bytes(Array(bytes[..<count])) : .ended
    } catch {
      let number = error as? Errno ?? .ioError
      if number == .interrupted || number == .wouldBlock { return .nothing }
      // A terminal that was taken away gives an input error.
      return number == .ioError ? .ended : .failed(number)
    }
  }

  @discardableResult
  private func wait(for event: CInt, milliseconds: CInt) -> CInt {
    var poller = pollfd(fd: descriptor, events: Int16(event), revents: 0)
    return poll(&poller, 1, milliseconds)
  }
}

extension FileError {
  /// Whether nobody reads any more what was written.
  package var isBrokenPipe: Bool { number == .brokenPipe }
}
