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
        var ids: [Int] = []
        for id in list {
          guard let id = id.int, (0..<1 << 31).contains(id) else {
            throw component.malformed("special_tokens", expected: "ids from 0 to 2147483647")
          }
          ids.append(id)
        }
        pieces.append(.special(ids))
      } else {
        throw TokenizerError(.malformed, "\(part.path) is neither a Sequence nor a SpecialToken")
      }
    }
    return pieces
  }

  /// How many parts and ids `parts(of:)` makes, without making them.
  func length(of parts: [PostProcessor.Part]) -> Int {
    let all = parts.reduce(0) { $0 + $1.count }
    var sum = 0
    for piece in parts.count == 2 ? pair : single {
      let length = if case .special(let ids) = piece { ids.count } else { all }
      let (next, overflow) = sum.addingReportingOverflow(length + 1)
      if overflow { return .max }
      sum = next
    }
    return sum
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
