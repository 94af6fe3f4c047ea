/// The tokens of `BertProcessing` and `RobertaProcessing`.
package struct SurroundingTokens: Sendable {
  /// The id of `cls`, before the text.
  package var before: Int
  /// The id of `sep`, after the text.
  package var after: Int

  init(_ component: ComponentJSON) throws(TokenizerError) {
    guard let before = component.json["cls"]?[1]?.int else {
      throw component.malformed("cls", expected: "a token and its id")
    }
    guard let after = component.json["sep"]?[1]?.int else {
      throw component.malformed("sep", expected: "a token and its id")
    }
    self.before = before
    self.after = after
  }
}
