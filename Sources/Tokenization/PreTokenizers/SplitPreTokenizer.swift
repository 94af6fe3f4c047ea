import Patterns

/// What a `Split` or a `Replace` looks for.
package enum SearchPattern: Sendable, Hashable {
  /// A text, literally.
  case literal(String)
  /// A regular expression as Oniguruma reads it.
  case regex(String)

  init(_ component: ComponentJSON) throws(TokenizerError) {
    if let text = component.json["pattern"]?["String"]?.string {
      self = .literal(text)
    } else if let regex = component.json["pattern"]?["Regex"]?.string {
      self = .regex(regex)
    } else {
      throw component.malformed("pattern", expected: #"{"String": …} or {"Regex": …}"#)
    }
  }

  func compiled(for path: String) throws(TokenizerError) -> Pattern {
    switch self {
    case .literal(let text): Pattern(literal: text)
    case .regex(let regex): try compile(regex, for: path)
    }
  }
}

/// `Split`: cuts the text at, or into, the matches of a pattern.
package struct SplitPreTokenizer: Sendable {
  package var pattern: SearchPattern
  package var behavior: SplitBehavior
  /// What does not match are the delimiters.
  package var isInverted: Bool
  private let compiled: Pattern

  init(_ component: ComponentJSON) throws(TokenizerError) {
    pattern = try SearchPattern(component)
    behavior = try SplitBehavior(component)
    isInverted = try component.bool("invert", default: false)
    compiled = try pattern.compiled(for: component.path)
  }

  func apply(to text: inout PreTokenizedText) {
    MatchSplitter(behavior: behavior, isInverted: isInverted).apply(compiled, to: &text)
  }
}
