import Text

/// A component that turns a piece of text into tokens.
package enum Model: Sendable {
  case bpe(BPE)
  case unigram(Unigram)
  case wordPiece(WordPiece)
  case wordLevel(WordLevel)

  /// The tokens and ids of the model.
  package var vocabulary: Vocabulary {
    switch self {
    case .bpe(let model): model.vocabulary
    case .unigram(let model): model.vocabulary
    case .wordPiece(let model): model.vocabulary
    case .wordLevel(let model): model.vocabulary
    }
  }

  init(_ component: ComponentJSON, _ tables: ModelTables) throws(TokenizerError) {
    switch try Self.type(component, tables) {
    case "BPE": self = .bpe(try BPE(component, tables))
    case "Unigram": self = .unigram(try Unigram(component, tables))
    case "WordPiece": self = .wordPiece(try WordPiece(component, tables))
    case "WordLevel": self = .wordLevel(try WordLevel(component, tables))
    case let type: throw component.unknown(type)
    }
  }

  /// Files of old versions do not name the type of the model; its members tell.
  private static func type(_ component: ComponentJSON, _ tables: ModelTables) throws(TokenizerError) -> String
  {
    if component.has("type") { return try component.type() }
    if tables.hasMerges { return "BPE" }
    if !tables.scores.isEmpty { return "Unigram" }
    return component.has("continuing_subword_prefix") ? "WordPiece" : "WordLevel"
  }

  /// Appends the tokens of each piece of `text` to `sink`.
  func encode(
    _ text: UnsafeBufferPointer<UInt8>, pieces: [Range<Int>], scratch: Scratch, into sink: inout TokenSink
  ) {
    switch self {
    case .bpe(let model):
      scratch.cached(text, model.cut(text, pieces), into: &sink) { model.encode($0, scratch, into: &$1) }
    case .unigram(let model):
      scratch.cached(text, pieces, into: &sink) { model.encode($0, into: &$1) }
    case .wordPiece(let model):
      scratch.cached(text, pieces, into: &sink) { model.encode($0, into: &$1) }
    case .wordLevel(let model):
      for piece in pieces { model.encode(text.slice(piece), into: &sink) }
    }
  }
}
