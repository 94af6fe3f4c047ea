/// The tokens of `BertProcessing` and `RobertaProcessing`.
package struct SurroundingTokens: Sendable {
  /// The id of `cls`, before the text.
  package var before: Int
  /// The id of `sep`, after the text.
  package var after: Int
  /// Put `sep` before every further text too.
  package var separatesTwice: Bool

  init(_ component: ComponentJSON, separatesTwice: Bool) throws(TokenizerError) {
    guard let before = component.json["cls"]?[1]?.int else {
      throw component.malformed("cls", expected: "a token and its id")
    }
    guard let after = component.json["sep"]?[1]?.int else {
      throw component.malformed("sep", expected: "a token and its id")
    }
    self.before = before
    self.after = after
    self.separatesTwice = separatesTwice
  }

  func parts(of parts: [PostProcessor.Part]) -> [PostProcessor.Part] {
    parts.enumerated().map { index, part in
      (index == 0 ? [before] : separatesTwice ? [after] : []) + part + [after]
    }
  }
}
