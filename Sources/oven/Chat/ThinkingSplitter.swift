import Foundation

/// Tells what a model thinks from what it answers, while its text comes in.
package struct ThinkingSplitter: Sendable {
  /// A piece of the text.
  package struct Piece: Equatable, Sendable {
    package let isThinking: Bool
    package let text: String

    /// A piece.
    package init(isThinking: Bool, text: String) {
      self.isThinking = isThinking
      self.text = text
    }
  }

  private enum State { case beginning, thinking(end: String), answer }

  /// The marks that models are trained to write around it.
  private static let tags = [
    (begin: "<think>", end: "</think>"), (begin: "<thinking>", end: "</thinking>"),
    (begin: "<thought>", end: "</thought>"), (begin: "[THINK]", end: "[/THINK]"),
  ]

  private var state: State
  /// What may still become a mark.
  private var pending = ""
  /// The space between thinking and answer belongs to neither.
  private var skipsSpace = false

  /// - Parameter isOpen: whether the prompt ended within the thinking, as some templates have it.
  package init(isOpen: Bool = false) {
    state = isOpen ? .thinking(end: Self.tags[0].end) : .beginning
    skipsSpace = isOpen
  }

  /// Whether a prompt leaves the model thinking.
  package static func opens(_ prompt: String) -> Bool {
    let end = prompt.reversed().drop { $0.isWhitespace }
    return tags.contains { end.starts(with: $0.begin.reversed()) }
  }

  /// A whole text without what is thought in it.
  package static func answer(in text: String, isOpen: Bool) -> String {
    var splitter = ThinkingSplitter(isOpen: isOpen)
    return (splitter.feed(text) + splitter.finish()).filter { !$0.isThinking }.map(\.text).joined()
  }

  /// Whether the model is thinking.
  package var isThinking: Bool { if case .thinking = state { true } else { false } }

  /// The pieces that are certain with this text.
  package mutating func feed(_ text: String) -> [Piece] {
    pending += text
    var pieces: [Piece] = []
    while let piece = next() { if !piece.text.isEmpty { pieces.append(piece) } }
    return pieces
  }

  /// What is left at the end.
  package mutating func finish() -> [Piece] {
    defer { pending = "" }
    return pending.isEmpty ? [] : [Piece(isThinking: isThinking, text: pending)]
  }

  /// The next piece; nil where more text is needed.
  private mutating func next() -> Piece? {
    guard !pending.isEmpty else { return nil }
    if skipsSpace {
      pending = String(pending.drop { $0.isWhitespace })
      guard !pending.isEmpty else { return nil }
      skipsSpace = false
    }
    switch state {
    case .beginning:
      // Only what an answer begins with: later it would be somebody's words about these marks.
      let text = pending.drop { $0.isWhitespace }
      if let tag = Self.tags.first(where: { text.hasPrefix($0.begin) }) {
        pending = String(text.dropFirst(tag.begin.count))
        state = .thinking(end: tag.end)
        skipsSpace = true
        return Piece(isThinking: true, text: "")
      }
      if Self.tags.contains(where: { $0.begin.hasPrefix(text) }) { return nil }
      state = .answer
      return Piece(isThinking: false, text: "")
    case .thinking(let end):
      if let range = pending.range(of: end) {
        let text = String(pending[..<range.lowerBound])
        pending = String(pending[range.upperBound...])
        state = .answer
        skipsSpace = true
        return Piece(isThinking: true, text: text)
      }
      return take(keeping: end)
    case .answer:
      defer { pending = "" }
      return Piece(isThinking: false, text: pending)
    }
  }

  /// All that cannot be the beginning of `mark`.
  private mutating func take(keeping mark: String) -> Piece? {
    let longest = (0..<min(mark.count, pending.count + 1)).last { pending.hasSuffix(mark.prefix($0)) } ?? 0
    let text = String(pending.dropLast(longest))
    guard !text.isEmpty else { return nil }
    pending = String(pending.suffix(longest))
    return Piece(isThinking: true, text: text)
  }
}
