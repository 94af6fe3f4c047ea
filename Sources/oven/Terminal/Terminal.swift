#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// One of the two output streams, and what may be shown there.
struct Terminal: Sendable {
  private let descriptor: Int32

  /// Answers and data.
  static let output = Terminal(descriptor: STDOUT_FILENO)
  /// Progress, notes, metrics and errors.
  static let error = Terminal(descriptor: STDERR_FILENO)

  /// Whether a person is looking: then there are progress bars.
  var isInteractive: Bool { isatty(descriptor) == 1 }

  /// Whether colour is wanted: on a terminal that can, unless NO_COLOR is set (no-color.org).
  var usesColor: Bool { isInteractive && getenv("NO_COLOR") == nil && environment("TERM") != "dumb" }

  /// The width in characters, 80 if it is not known.
  var width: Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Writes text at once, unbuffered. A reader that has gone away is no reason to fail.
  func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var done = 0
      while done < bytes.count, let base = bytes.baseAddress {
        let count = Self.systemWrite(descriptor, base + done, bytes.count - done)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        done += count
      }
    }
  }

  /// Writes a line.
  func line(_ text: String = "") { write(text + "\n") }

  /// The text in a style, where colour is wanted.
  func styled(_ text: String, _ style: Style) -> String {
    usesColor ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// ANSI styles (ECMA-48, SGR).
  enum Style: String {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
  }

  private func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  private static func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, bytes, count)
    #elseif canImport(Musl)
      Musl.write(descriptor, bytes, count)
    #else
      Darwin.write(descriptor, bytes, count)
    #endif
  }
}
