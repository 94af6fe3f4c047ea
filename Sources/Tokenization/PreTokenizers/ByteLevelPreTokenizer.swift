import Patterns
import Text

/// GPT-2's pre-tokenizer: words by a regular expression, then every byte as a character of `ByteAlphabet`.
package struct ByteLevelPreTokenizer: Sendable {
  /// Begin the text with a space if it does not.
  package var addsPrefixSpace: Bool
  /// Split into words; otherwise an earlier component has done so.
  package var usesRegex: Bool
  /// Leave the bytes as they are, because the model has been given its vocabulary in bytes.
  package var keepsBytes = false

  private let words: Pattern?

  init(_ component: ComponentJSON) throws(TokenizerError) {
    addsPrefixSpace = try component.bool("add_prefix_space")
    usesRegex = try component.bool("use_regex", default: true)
    words = usesRegex ? try compile(KnownPatterns.gpt2, for: component.path) : nil
  }

  func apply(to text: inout PreTokenizedText) {
    if addsPrefixSpace { Self.addPrefixSpace(to: &text) }
    if let words { MatchSplitter(behavior: .isolated, isInverted: false).apply(words, to: &text) }
    guard !keepsBytes else { return }
    text.rewritePieces { bytes, piece, _, writer in
      for index in piece {
        writer.append(ByteAlphabet.scalars[Int(bytes[index])], for: index..<index + 1)
      }
    }
  }

  private static func addPrefixSpace(to text: inout PreTokenizedText) {
    text.rewritePieces { bytes, piece, _, writer in
      if bytes[piece.lowerBound] != UInt8(ascii: " ") {
        writer.append(" ", for: piece.lowerBound..<piece.lowerBound)
      }
      writer.copy(piece)
    }
  }
}

/// Compiles a regular expression of the component at `path`.
func compile(_ regex: String, for path: String) throws(TokenizerError) -> Pattern {
  do {
    return try Pattern(regex: regex)
  } catch {
    throw TokenizerError(
      .unsupported, "\(path): the regular expression \(regex.debugDescription) is refused: \(error)",
      mend: "report the model with this pattern")
  }
}
