/// A component that puts special tokens around the ids of a text.
package indirect enum PostProcessor: Sendable {
  case sequence([PostProcessor])
  case template(TemplateProcessor)
  /// `BertProcessing` and `RobertaProcessing`: one token before and one after.
  case surround(SurroundingTokens)
  /// Adjusts only the offsets that a token is reported at, which nothing here depends on.
  case byteLevel

  init(_ component: ComponentJSON) throws(TokenizerError) {
    switch try component.type() {
    case "Sequence":
      self = .sequence(
        try component.components("processors") { part throws(TokenizerError) in try Self(part) })
    case "TemplateProcessing": self = .template(try TemplateProcessor(component))
    case "BertProcessing", "RobertaProcessing": self = .surround(try SurroundingTokens(component))
    case "ByteLevel": self = .byteLevel
    case let type: throw component.unknown(type)
    }
  }

  /// What is around a single text: `nil` stands for the ids of the text itself.
  package func frame(_ inner: [Int?] = [nil]) -> [Int?] {
    switch self {
    case .sequence(let parts): parts.reduce(inner) { $1.frame($0) }
    case .template(let template): template.frame(inner)
    case .surround(let tokens): [tokens.before] + inner + [tokens.after]
    case .byteLevel: inner
    }
  }
}
