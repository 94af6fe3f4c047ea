import Files

/// Reads lines from the terminal of stdin with editing and history, drawing on stderr. Between two lines the
/// terminal does not echo; `close` makes it as it was.
final class LineEditor {
  /// How reading a line ended.
  enum Result {
    case line(String)
    /// Ctrl-D, or the terminal has gone.
    case ended
    /// Ctrl-C on an empty line.
    case interrupted
    /// The caller wanted to stop.
    case stopped
  }

  private let terminal = Terminal.error
  private var decoder = KeyDecoder()
  private var state: LineState
  private let file: HistoryFile?
  /// Keys that came behind an Enter, for the next line.
  private var waiting: [Key] = []
  private var shownRow = 0

  /// - Parameter file: Where lines are kept between runs.
  init(history file: HistoryFile? = nil) {
    self.file = file
    state = LineState(history: LineHistory(file?.entries() ?? []))
  }

  /// Reads a line.
  ///
  /// - Parameter shouldStop: asked ten times a second.
  func read(prompt: String, shouldStop: () -> Bool) -> Result {
    guard RawTerminal.enter() else { return readLine().map { .line($0) } ?? .ended }
    terminal.send("\u{1B}[?2004h")
    defer {
      terminal.send("\u{1B}[?2004l")
      RawTerminal.enter(keepsSignals: true)
    }
    shownRow = 0
    draw(prompt)
    while !shouldStop() {
      if let result = handleWaiting(prompt) { return result }
      // After a lone Escape only a short while is left for the rest of a sequence.
      switch TerminalDevice.input.read(milliseconds: decoder.isWaiting ? 50 : 100) {
      case .bytes(let bytes): waiting += decoder.decode(bytes)
      case .nothing: waiting += decoder.flush()
      case .ended:
        finish(prompt)
        return .ended
      }
    }
    finish(prompt)
    return .stopped
  }

  /// Makes the terminal as it was.
  func close() { RawTerminal.leave() }

  private func handleWaiting(_ prompt: String) -> Result? {
    guard !waiting.isEmpty else { return nil }
    var handled = 0
    defer { waiting.removeFirst(handled) }
    for key in waiting {
      handled += 1
      // What is submitted or ended stays on the screen as it was.
      let before = state.buffer
      switch state.handle(key) {
      case .editing: continue
      case .submitted(let text):
        finish(prompt, before)
        file?.add(text)
        return .line(text)
      case .ended:
        finish(prompt)
        return .ended
      case .interrupted:
        finish(prompt)
        return .interrupted
      case .clearScreen:
        terminal.send("\u{1B}[H\u{1B}[2J")
        shownRow = 0
      case .suspend: suspend(prompt)
      }
    }
    draw(prompt)
    return nil
  }

  private func suspend(_ prompt: String) {
    finish(prompt)
    RawTerminal.leaveBeforeExit()
    Processes.suspend()
    RawTerminal.enter()
    terminal.send("\u{1B}[?2004h")
    shownRow = 0
  }

  private func layout(_ prompt: String, _ buffer: LineBuffer) -> LineLayout {
    LineLayout(
      buffer, prompt: prompt, styledPrompt: terminal.styled(prompt, .cyan), columns: terminal.width)
  }

  private func draw(_ prompt: String) {
    let layout = layout(prompt, state.buffer)
    var output = begin(layout)
    let up = layout.rows - 1 - layout.cursorRow
    if up > 0 { output += "\u{1B}[\(up)A" }
    output += "\r" + (layout.cursorColumn > 0 ? "\u{1B}[\(layout.cursorColumn)C" : "")
    terminal.send(output)
    shownRow = layout.cursorRow
  }

  /// Draws for the last time; the cursor goes to a new line below.
  private func finish(_ prompt: String, _ buffer: LineBuffer? = nil) {
    terminal.send(begin(layout(prompt, buffer ?? state.buffer)) + "\n")
    shownRow = 0
  }

  private func begin(_ layout: LineLayout) -> String {
    (shownRow > 0 ? "\u{1B}[\(shownRow)A" : "") + "\r\u{1B}[J" + TerminalText.safe(layout.text)
  }
}
