/// The tokens of `BertProcessing` and `RobertaProcessing`.
package struct SurroundingTokens: Sendable {
  /// The id of `cls`, before the text.
  package var before: Int
  /// The id of `sep`, after the text.
  package var after: Int
  /// Put `sep` before every further text too.
  package var separatesTwice: Bool

  init(_ component: ComponentJSON, separatesTwice: Bool) throws(TokenizerError) {
    before = try Self.id("cls", component)
    after = try Self.id("sep", component)
    self.separatesTwice = separatesTwice
  }

  private static func id(_ key: String, _ component: ComponentJSON) throws(TokenizerError) -> Int {
    guard let id = component.json[key]?[1]?.int, (0..<1 << 31).contains(id) else {
      throw component.malformed(key, expected: "a token and its id, from 0 to 2147483647")
    }
    return id
  }

  func parts(of parts: [PostProcessor.Part]) -> [PostProcessor.Part] {
    parts.enumerated().map { index, part in
      (index == 0 ? [before] : separatesTwice ? [after] : []) + part + [after]
    }
  }
}
