/// A component that puts special tokens around the ids of a text.
package indirect enum PostProcessor: Sendable {
  case sequence([PostProcessor])
  case template(TemplateProcessor)
  /// `BertProcessing` and `RobertaProcessing`: one token before and one after.
  case surround(SurroundingTokens)
  /// Adjusts only the offsets that a token is reported at, which nothing here depends on.
  case byteLevel

  /// Ids in a row, where `nil` stands for the ids of the text itself.
  package typealias Part = [Int?]

  init(_ component: ComponentJSON) throws(TokenizerError) {
    switch try component.type() {
    case "Sequence":
      self = .sequence(
        try component.components("processors") { part throws(TokenizerError) in try Self(part) })
    case "TemplateProcessing": self = .template(try TemplateProcessor(component))
    case "BertProcessing": self = .surround(try SurroundingTokens(component, separatesTwice: false))
    case "RobertaProcessing": self = .surround(try SurroundingTokens(component, separatesTwice: true))
    case "ByteLevel": self = .byteLevel
    case let type: throw component.unknown(type)
    }
  }

  /// What is around a single text.
  package func frame() -> Part { parts(of: [[nil]]).flatMap { $0 } }

  /// What a processor makes of the parts that the one before it has made. A template makes a part of each of its
  /// pieces, and the next processor takes those for so many texts, as the reference does.
  private func parts(of parts: [Part]) -> [Part] {
    switch self {
    case .sequence(let processors): processors.reduce(parts) { $1.parts(of: $0) }
    case .template(let template): template.parts(of: parts)
    case .surround(let tokens): tokens.parts(of: parts)
    case .byteLevel: parts
    }
  }
}
