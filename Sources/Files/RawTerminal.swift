import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The terminal of stdin with keys arriving one by one, unechoed. What is typed while an answer is
/// written then waits for the next line, and does not appear within the answer.
package enum RawTerminal {
  /// How the terminal was before; nil while it is as it was.
  private static let before = Mutex<termios?>(nil)
  private static let keepsSignals = Mutex(false)

  /// Turns the raw mode on, or changes it.
  ///
  /// - Parameter keepsSignals: whether Ctrl-C and Ctrl-Z are signals, as while an answer is written, and not keys.
  /// - Returns: Whether stdin is a terminal that can.
  @discardableResult
  package static func enter(keepsSignals: Bool = false) -> Bool {
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
      Self.keepsSignals.withLock { $0 = keepsSignals }
      return true
    }
  }

  /// Turns the mode on again where somebody has turned it off meanwhile: a shell does so when it stops and continues a
  /// program.
  ///
  /// - Returns: Whether that was so.
  @discardableResult
  package static func restore() -> Bool {
    guard isOn else { return false }
    var mode = termios()
    guard tcgetattr(STDIN_FILENO, &mode) == 0, mode.c_lflag & tcflag_t(ICANON | ECHO) != 0 else {
      return false
    }
    return enter(keepsSignals: keepsSignals.withLock { $0 })
  }

  /// Makes the terminal as it was.
  package static func leave() {
    before.withLock { before in
      guard var mode = before else { return }
      _ = tcsetattr(STDIN_FILENO, TCSADRAIN, &mode)
      before = nil
    }
  }

  /// Whether the raw mode is on.
  package static var isOn: Bool { before.withLock { $0 != nil } }
}
