/// What an answer's text must be. Described, not compiled: it crosses to whichever process samples, which compiles it
/// for the model's vocabulary.
package struct OutputConstraint: Sendable, Codable, Hashable {
  /// The language that the text must belong to.
  package enum Language: Sendable, Codable, Hashable {
    /// Any JSON object.
    case jsonObject
    /// JSON that a schema accepts; the schema's own text.
    case jsonSchema(String)
    /// A regular expression that matches the whole text.
    case regex(String)
    /// A grammar in GBNF or Lark's notation.
    case grammar(String)
  }

  /// The language that the text must belong to.
  package var language: Language
  /// The text after which the constraint begins (the end tag of a reasoning block, the tag that opens a tool call);
  /// nil for the beginning of the answer.
  package var begin: String?
  /// Whether the answer may end, or go on freely, before `begin` has come.
  package var isOptional: Bool

  /// A constraint from the beginning of an answer, or from where `begin` ends.
  package init(_ language: Language, begin: String? = nil, isOptional: Bool = false) {
    self.language = language
    self.begin = begin
    self.isOptional = isOptional
  }
}

/// Follows one sequence of tokens through a compiled constraint.
package protocol TokenMatcher: Sendable {
  /// Clears the bit of every token that must not come next; bit `id % 64` of word `id / 64` is token `id`.
  mutating func mask(_ words: inout [UInt64])
  /// Goes on by a token; false where it may not come.
  mutating func accept(_ token: Int) -> Bool
  /// Takes the last `count` tokens back, for speculation.
  mutating func rollback(_ count: Int)
  /// Whether the text may end here.
  var mayEnd: Bool { get }
}
