/// Writes an answer to stdout as it comes: drawn on a terminal, as it is into files and pipes.
final class AnswerWriter {
  private let terminal = Terminal.output
  private let hidesThinking: Bool
  private let willWrite: () -> Void
  private var splitter: ThinkingSplitter
  private var answer: MarkdownStream?
  private var thinking: MarkdownStream?
  private var wasThinking = false
  private var hasText = false
  private var endsInNewline = true

  /// - Parameters:
  ///   - isRaw: whether nothing is drawn.
  ///   - beginsThinking: whether the prompt leaves the model thinking.
  ///   - willWrite: told before anything is written.
  init(isRaw: Bool, hidesThinking: Bool, beginsThinking: Bool, willWrite: @escaping () -> Void) {
    self.hidesThinking = hidesThinking
    self.willWrite = willWrite
    splitter = ThinkingSplitter(isOpen: beginsThinking)
    guard !isRaw, terminal.usesColor else { return }
    answer = MarkdownStream(width: terminal.width)
    thinking = MarkdownStream(width: terminal.width, base: "2")
  }

  /// Whether the model thinks, and that is not shown.
  var isThinkingUnseen: Bool { hidesThinking && splitter.isThinking }

  /// Whether nothing was written yet.
  var isEmpty: Bool { !hasText }

  /// Writes what is certain.
  func write(_ text: String) {
    // As it is, marks and all, unless somebody looks or thinking is to go.
    guard answer != nil || hidesThinking else { return put(text) }
    splitter.feed(text).forEach(show)
  }

  /// Writes the rest, and ends the line.
  func finish() {
    splitter.finish().forEach(show)
    // Nothing follows that the thinking would have to be told from.
    if wasThinking { send((thinking?.finish() ?? "") + TerminalText.style("0")) }
    wasThinking = false
    if let rest = answer?.finish() { send(rest) }
    if !endsInNewline { terminal.line() }
    endsInNewline = true
  }

  private func show(_ piece: ThinkingSplitter.Piece) {
    if piece.isThinking, hidesThinking { return }
    guard answer != nil, thinking != nil else { return put(piece.text) }
    if wasThinking, !piece.isThinking { endThinking() }
    wasThinking = piece.isThinking
    let text = TerminalText.safe(piece.text, keepsStyles: false)
    send((piece.isThinking ? thinking?.feed(text) : answer?.feed(text)) ?? "")
  }

  private func endThinking() {
    send((thinking?.finish() ?? "") + TerminalText.style("0"))
    send(endsInNewline ? "\n" : "\n\n")
    wasThinking = false
  }

  /// Text that is drawn.
  private func send(_ text: String) {
    guard !text.isEmpty else { return }
    hasText = true
    willWrite()
    if let last = text.last(where: { $0 != "\u{10FF01}" }) { endsInNewline = last.isNewline }
    terminal.write(text)
  }

  private func put(_ text: String) {
    guard !text.isEmpty else { return }
    hasText = true
    willWrite()
    endsInNewline = text.last?.isNewline ?? endsInNewline
    terminal.writeForeign(text)
  }
}
