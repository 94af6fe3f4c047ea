import JSON

/// How a model wants conversations written, and into which tokens: what the server needs of a tokenizer and a template.
package protocol PromptFormatting: Sendable {
  /// Texts that end an answer besides those that a client names.
  var stopStrings: [String] { get }
  /// Tokens that end an answer besides those of the model's own configuration.
  var stopTokens: [Int] { get }
  /// The template's text; empty where there is none.
  var templateText: String { get }
  /// How many tokens the vocabulary has.
  var vocabularySize: Int { get }

  /// The text of a conversation, up to where the assistant's answer begins.
  ///
  /// - Parameters:
  ///   - messages: Objects as templates expect them.
  ///   - tools: What the model may call, in OpenAI's form; empty for nothing.
  ///   - variables: What else the template may use, such as `enable_thinking`.
  /// - Throws: What the template says of a conversation that it refuses.
  func render(_ messages: [JSON], tools: [JSON], variables: JSONObject) throws -> String

  /// The tokens of a text that `render` made, which has the special tokens in it.
  func encode(rendered text: String) -> [Int]

  /// The tokens of any other text.
  func encode(_ text: String, addSpecialTokens: Bool) -> [Int]

  /// The text of tokens.
  func decode(_ tokens: [Int]) -> String

  /// The number of a token that is written so in the vocabulary; nil where there is none.
  func id(of token: String) -> Int?

  /// The bytes that a token adds to a text; a part of a character for some.
  func bytes(of token: Int) -> [UInt8]
}
