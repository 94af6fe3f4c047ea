import Generation

/// Writes a token as its number in dots: 7 is "7.".
package struct NumberText: TokenTextStream {
  /// A text without tokens.
  package init() {}

  package mutating func append(_ id: Int) -> String { "\(id)." }
  package mutating func finish() -> String { "" }
}
