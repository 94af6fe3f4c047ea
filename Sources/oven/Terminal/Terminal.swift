import Files
import Synchronization

/// One of the two output streams, and what may be shown there.
struct Terminal: Sendable {
  private let device: TerminalDevice
  private let isOutput: Bool

  /// Answers and data.
  static let output = Terminal(device: .output, isOutput: true)
  /// Progress, notes, metrics and errors.
  static let error = Terminal(device: .error, isOutput: false)
  /// Whether a person types what stdin reads.
  static var inputIsInteractive: Bool { TerminalDevice.input.isTerminal }

  /// Whether a person is looking.
  var isInteractive: Bool { device.isTerminal }

  /// Whether lines can be drawn again: a terminal that knows control sequences. Then there are progress bars.
  var canRedraw: Bool { isInteractive && Self.knowsSequences }

  /// Whether colour is wanted: on a terminal that can, unless NO_COLOR is set (no-color.org).
  var usesColor: Bool { canRedraw && (Processes.variable("NO_COLOR") ?? "").isEmpty }

  /// Whether the terminal says that it is more than a printer.
  static var knowsSequences: Bool {
    guard let name = Processes.variable("TERM") else { return false }
    return !name.isEmpty && name != "dumb"
  }

  /// The width in characters: the terminal's, or COLUMNS, or 80.
  var width: Int {
    device.width ?? Processes.variable("COLUMNS").flatMap { Int($0) }.map { max(1, $0) } ?? 80
  }

  /// Writes text at once, unbuffered. A terminal gets it without control characters, see `TerminalText`; a file or a
  /// pipe gets it as it is.
  ///
  /// What cannot be written is remembered, see `outputFailure`. A reader that has gone away is no failure.
  func write(_ text: String) { send(isInteractive ? TerminalText.safe(text) : text) }

  /// As `write`, for text that is foreign as a whole: the words of a model.
  func writeForeign(_ text: String) {
    send(isInteractive ? TerminalText.safe(text, keepsStyles: false) : text)
  }

  /// Writes a line.
  func line(_ text: String = "") { write(text + "\n") }

  /// Writes the lines of a report, which a terminal gets broken between words.
  func rows(_ lines: [String]) {
    for text in lines {
      (isInteractive ? TextWrap.row(text, width: width) : [text]).forEach { line($0) }
    }
  }

  /// Writes something of little weight, broken between words on a terminal.
  func note(_ text: String) {
    let lines = isInteractive ? TextWrap.lines(text, width: width) : [text]
    lines.forEach { line(styled($0, .dim)) }
  }

  /// Sends control sequences of our own, with text in them that went through `TerminalText`.
  func send(_ sequence: String) {
    var sequence = sequence
    sequence.withUTF8 { bytes in
      do throws(FileError) {
        try device.write(UnsafeRawBufferPointer(bytes))
      } catch {
        if isOutput { Self.failure.withLock { $0 = $0 ?? error } }
      }
    }
  }

  /// The text in a style, where colour is wanted; to be written by `write` or `line`.
  func styled(_ text: String, _ style: Style) -> String {
    usesColor ? TerminalText.style(style.rawValue) + text + TerminalText.style("0") : text
  }

  private static let failure = Mutex<FileError?>(nil)

  /// Whether stdout takes no more, for whatever reason: then nobody is there to answer to.
  static var outputHasEnded: Bool { failure.withLock { $0 != nil } }

  /// Why stdout has lost something; nil where it has not, or where its reader has gone.
  static var outputFailure: ErrorReport? {
    guard let error = failure.withLock({ $0 }), !error.isBrokenPipe else { return nil }
    return ErrorReport(
      what: "the output cannot be written", why: error.reason,
      mend: error.isFullDisk ? "free some space, or write it elsewhere" : "look at where stdout leads",
      status: .inputOutput)
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
}

extension RawTerminal {
  /// As `leave`, with bracketed paste turned off as well, for a program that ends within the raw mode.
  static func leaveBeforeExit() {
    guard isOn else { return }
    Terminal.error.send("\u{1B}[?2004l")
    leave()
  }
}

extension SignalSources {
  /// Ends the program at once. Not `exit`: handlers of libraries would wait for work that still runs.
  static func endProgram(_ status: Int32) -> Never {
    RawTerminal.leaveBeforeExit()
    Terminal.error.line()
    Processes.exitAtOnce(status)
  }
}
