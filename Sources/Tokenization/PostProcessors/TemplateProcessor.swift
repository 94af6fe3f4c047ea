/// `TemplateProcessing`: special tokens at any place around a text, or around two.
package struct TemplateProcessor: Sendable {
  /// A part of a template.
  package enum Piece: Sendable, Hashable {
    /// The ids of the first text.
    case first
    /// The ids of the second text.
    case second
    /// The ids of a special token.
    case special([Int])
  }

  /// The template of one text.
  package var single: [Piece]
  /// The template of a pair of texts.
  package var pair: [Piece]

  init(_ component: ComponentJSON) throws(TokenizerError) {
    single = try Self.pieces(component, "single")
    pair = try Self.pieces(component, "pair")
  }

  private static func pieces(_ component: ComponentJSON, _ key: String) throws(TokenizerError) -> [Piece] {
    var pieces: [Piece] = []
    for part in try component.list(key) {
      if let sequence = part.json["Sequence"]?["id"]?.string {
        pieces.append(sequence == "A" ? .first : .second)
      } else if let name = part.json["SpecialToken"]?["id"]?.string {
        guard let list = component.json["special_tokens"]?[name]?["ids"]?.array else {
          throw TokenizerError(
            .inconsistent, "\(part.path) uses '\(name)', which \(component.path).special_tokens does not have"
          )
        }
        pieces.append(.special(list.compactMap(\.int)))
      } else {
        throw TokenizerError(.malformed, "\(part.path) is neither a Sequence nor a SpecialToken")
      }
    }
    return pieces
  }

  func parts(of parts: [PostProcessor.Part]) -> [PostProcessor.Part] {
    let isPair = parts.count == 2
    return (isPair ? pair : single).map { piece in
      switch piece {
      case .first: isPair ? parts[0] : parts.flatMap { $0 }
      case .second: isPair ? parts[1] : []
      case .special(let ids): ids
      }
    }
  }
}
