#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import Synchronization

/// The terminal of stdin with keys arriving one by one, unechoed. What is typed while an answer is
/// written then waits for the next line, and does not appear within the answer.
enum RawMode {
  /// How the terminal was before; nil while it is as it was.
  private static let before = Mutex<termios?>(nil)

  /// Turns the raw mode on, or changes it.
  ///
  /// - Parameter keepsSignals: whether Ctrl-C and Ctrl-Z are signals, as while an answer is written, and not keys.
  /// - Returns: Whether stdin is a terminal that can.
  @discardableResult
  static func enter(keepsSignals: Bool = false) -> Bool {
    before.withLock { before in
      var mode = termios()
      guard tcgetattr(STDIN_FILENO, &mode) == 0 else { return false }
      let original = before ?? mode
      mode = original
      // Output stays as it is, so that a newline begins a line.
      mode.c_lflag &= ~tcflag_t(ICANON | ECHO | IEXTEN)
      if !keepsSignals { mode.c_lflag &= ~tcflag_t(ISIG) }
      mode.c_iflag &= ~tcflag_t(ICRNL | INLCR | IXON | ISTRIP)
      guard tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) == 0 else { return false }
      before = original
      return true
    }
  }

  /// Makes the terminal as it was.
  static func leave() {
    before.withLock { before in
      guard var mode = before else { return }
      _ = tcsetattr(STDIN_FILENO, TCSADRAIN, &mode)
      before = nil
    }
  }

  /// As `leave`, with bracketed paste turned off as well, for a program that ends within the raw mode.
  static func leaveBeforeExit() {
    guard before.withLock({ $0 != nil }) else { return }
    Terminal.error.write("\u{1B}[?2004l")
    leave()
  }

  /// What stdin has to say.
  enum Input {
    case bytes([UInt8])
    /// Nothing within the time.
    case nothing
    /// The terminal has gone, or the input has ended.
    case ended
  }

  /// Waits for keys.
  static func read(milliseconds: Int32) -> Input {
    var poller = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    let ready = poll(&poller, 1, milliseconds)
    if ready < 0 { return errno == EINTR ? .nothing : .ended }
    guard ready > 0 else { return .nothing }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = bytes.withUnsafeMutableBytes { systemRead($0) }
    if count < 0, errno == EINTR || errno == EAGAIN { return .nothing }
    guard count > 0 else { return .ended }
    return .bytes(Array(bytes[..<count]))
  }

  private static func systemRead(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    #if canImport(Glibc)
      Glibc.read(STDIN_FILENO, buffer.baseAddress, buffer.count)
    #elseif canImport(Musl)
      Musl.read(STDIN_FILENO, buffer.baseAddress, buffer.count)
    #else
      Darwin.read(STDIN_FILENO, buffer.baseAddress, buffer.count)
    #endif
  }
}

extension Terminal {
  /// Whether a person types what stdin reads.
  static var inputIsInteractive: Bool { isatty(STDIN_FILENO) == 1 }
}
