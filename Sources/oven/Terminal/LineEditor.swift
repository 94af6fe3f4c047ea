import Files

/// Reads lines from the terminal of stdin with editing and history, drawing on stderr. Between two lines the
/// terminal does not echo; `close` makes it as it was. A terminal that cannot be drawn on gets plain lines.
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
  private var shownWidth = 0
  /// Bytes of a line that is read without editing.
  private var plain: [UInt8] = []

  /// - Parameters:
  ///   - file: Where lines are kept between runs.
  ///   - completion: What Tab completes.
  init(history file: HistoryFile? = nil, completion: ChatCompletion? = nil) {
    self.file = file
    state = LineState(history: LineHistory(file?.entries() ?? []), completion: completion)
  }

  /// Begins to keep what is typed, before there is anything to answer to. Until now the terminal has made a line break
  /// of Enter; it was one all the same.
  func begin() {
    guard Terminal.knowsSequences, RawTerminal.enter(keepsSignals: true) else { return }
    guard case .bytes(let bytes) = TerminalDevice.input.read(milliseconds: 0) else { return }
    waiting += decoder.decode(bytes.map { $0 == 0x0A ? 0x0D : $0 })
  }

  /// Reads a line.
  ///
  /// - Parameters:
  ///   - text: what stands there already, to be changed.
  ///   - shouldStop: asked ten times a second.
  func read(prompt: String, text: String = "", shouldStop: () -> Bool) -> Result {
    guard Terminal.knowsSequences, RawTerminal.enter() else { return readPlain(prompt, shouldStop) }
    if !text.isEmpty { state.begin(text) }
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
      case .nothing:
        waiting += decoder.flush()
        followTerminal(prompt)
      case .ended, .failed:
        finish(prompt)
        return .ended
      }
    }
    finish(prompt)
    return .stopped
  }

  /// Makes the terminal as it was.
  func close() { RawTerminal.leave() }

  /// After a shell has stopped and continued the program, or another size.
  private func followTerminal(_ prompt: String) {
    if RawTerminal.restore() {
      terminal.send("\u{1B}[?2004h")
      shownRow = 0
      draw(prompt)
    } else if terminal.width != shownWidth {
      // The terminal has broken the lines anew.
      shownRow = layout(prompt, state.buffer).cursorRow
      draw(prompt)
    }
  }

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
      case .choices(let names):
        finish(prompt)
        for line in TextWrap.lines(names.joined(separator: "  "), width: terminal.width) {
          terminal.line(terminal.styled(line, .dim))
        }
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
    shownWidth = terminal.width
  }

  /// Draws for the last time; the cursor goes to a new line below.
  private func finish(_ prompt: String, _ buffer: LineBuffer? = nil) {
    terminal.send(begin(layout(prompt, buffer ?? state.buffer)) + "\n")
    shownRow = 0
  }

  private func begin(_ layout: LineLayout) -> String {
    (shownRow > 0 ? "\u{1B}[\(shownRow)A" : "") + "\r\u{1B}[J" + TerminalText.safe(layout.text)
  }

  /// A line as the terminal itself edits it.
  private func readPlain(_ prompt: String, _ shouldStop: () -> Bool) -> Result {
    terminal.write(prompt)
    while !shouldStop() {
      if let end = plain.firstIndex(of: 0x0A) {
        let line = String(decoding: plain[..<end], as: UTF8.self)
        plain.removeFirst(end + 1)
        return .line(line)
      }
      switch TerminalDevice.input.read(milliseconds: 100) {
      case .bytes(let bytes): plain += bytes
      case .nothing: continue
      case .ended, .failed:
        terminal.line()
        return .ended
      }
    }
    return .stopped
  }
}
