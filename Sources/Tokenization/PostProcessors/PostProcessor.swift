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

  /// More ids than this around a text are a fault of the file.
  private static let longestFrame = 65_536

  /// What is around a single text.
  /// - Throws: `TokenizerError` of code `.unsupported` where processors in a row multiply the text or their tokens.
  func frame() throws(TokenizerError) -> Part { try parts(of: [[nil]]).flatMap { $0 } }

  /// What a processor makes of the parts that the one before it has made. A template makes a part of each of its
  /// pieces, and the next processor takes those for so many texts, as the reference does.
  private func parts(of parts: [Part]) throws(TokenizerError) -> [Part] {
    let made: Int
    switch self {
    case .sequence(let processors):
      var parts = parts
      for processor in processors { parts = try processor.parts(of: parts) }
      return parts
    case .template(let template): made = template.length(of: parts)
    case .surround: made = parts.reduce(0) { $0 + $1.count + 2 }
    case .byteLevel: return parts
    }
    guard made <= Self.longestFrame else {
      throw TokenizerError(
        .unsupported, "post_processor puts more than \(Self.longestFrame) tokens around a text")
    }
    switch self {
    case .template(let template): return template.parts(of: parts)
    case .surround(let tokens): return tokens.parts(of: parts)
    default: return parts
    }
  }
}
