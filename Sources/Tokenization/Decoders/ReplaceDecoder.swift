import Patterns

/// `Replace`, among the normalizers and among the decoders: another text for every match of a pattern.
package struct ReplaceRule: Sendable {
  package var pattern: SearchPattern
  package var content: String
  private let compiled: Pattern
  private let replacement: [UInt8]

  init(_ component: ComponentJSON) throws(TokenizerError) {
    pattern = try SearchPattern(component)
    content = try component.string("content")
    compiled = try pattern.compiled(for: component.path)
    replacement = Array(content.utf8)
  }

  /// Replaces in a normalized text.
  func apply(to text: inout NormalizedText) {
    var matches: [Range<Int>] = []
    text.bytes.withUnsafeBufferPointer { compiled.forEachMatch(in: $0) { matches.append($0) } }
    guard !matches.isEmpty else { return }
    text.rewrite { bytes, writer in
      var done = 0
      for match in matches {
        writer.copy(done..<match.lowerBound)
        writer.append(contentsOf: replacement, for: match)
        done = match.upperBound
      }
      writer.copy(done..<bytes.count)
    }
  }

  /// Replaces in all of `bytes`; tells where the last match ended.
  func replace(_ bytes: [UInt8]) -> (text: [UInt8], end: Int) {
    var text: [UInt8] = []
    var done = 0
    bytes.withUnsafeBufferPointer { buffer in
      compiled.forEachMatch(in: buffer) { match in
        text += buffer[done..<match.lowerBound]
        text += replacement
        done = match.upperBound
      }
    }
    text += bytes[done...]
    return (text, done)
  }

  struct Stage: DecoderStage {
    private let rule: ReplaceRule
    private let literal: [UInt8]?
    private var held: [UInt8] = []

    init(_ rule: ReplaceRule) {
      self.rule = rule
      if case .literal(let text) = rule.pattern { literal = Array(text.utf8) } else { literal = nil }
    }

    mutating func take(_ chunk: TokenChunk, into output: inout [TokenChunk]) {
      held += chunk.bytes
      // What a regular expression makes of a token is certain only when the token is complete.
      guard chunk.endsToken || literal != nil else { return }
      let (replaced, end) = rule.replace(held)
      var text = replaced
      let kept = chunk.endsToken ? 0 : unfinishedMatch(after: end)
      text.removeLast(kept)
      held.removeFirst(held.count - kept)
      if !text.isEmpty || chunk.endsToken { output.append(TokenChunk(text, endsToken: chunk.endsToken)) }
    }

    /// The length of the longest end of the text that the literal begins with.
    private func unfinishedMatch(after end: Int) -> Int {
      guard let literal, literal.count > 1 else { return 0 }
      var length = min(literal.count - 1, held.count - end)
      while length > 0, !held.suffix(length).elementsEqual(literal.prefix(length)) { length -= 1 }
      return length
    }

    mutating func finish(into output: inout [TokenChunk]) {}
  }
}
