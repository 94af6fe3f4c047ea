import Text

/// A component that cuts the normalized text into pieces, none of which a token crosses.
package indirect enum PreTokenizer: Sendable {
  case sequence([PreTokenizer])
  case byteLevel(ByteLevelPreTokenizer)
  case split(SplitPreTokenizer)
  case metaspace(Metaspace)
  /// Runs of word characters and runs of others that are not white space.
  case whitespace
  case whitespaceSplit
  case digits(individual: Bool)
  case punctuation(SplitBehavior)
  case bert
  case delimiter(Unicode.Scalar)
  case unicodeScripts
  /// Pieces of so many characters.
  case fixedLength(Int)

  init(_ component: ComponentJSON) throws(TokenizerError) {
    switch try component.type() {
    case "Sequence":
      self = .sequence(
        try component.components("pretokenizers") { part throws(TokenizerError) in try Self(part) })
    case "ByteLevel": self = .byteLevel(try ByteLevelPreTokenizer(component))
    case "Split": self = .split(try SplitPreTokenizer(component))
    case "Metaspace": self = .metaspace(try Metaspace(component))
    case "Whitespace": self = .whitespace
    case "WhitespaceSplit": self = .whitespaceSplit
    case "Digits": self = .digits(individual: try component.bool("individual_digits"))
    case "Punctuation": self = .punctuation(try SplitBehavior(component, default: .isolated))
    case "BertPreTokenizer": self = .bert
    case "CharDelimiterSplit": self = .delimiter(try component.scalar("delimiter"))
    case "UnicodeScripts": self = .unicodeScripts
    case "FixedLength": self = .fixedLength(max(1, try component.integer("length", default: 5)))
    case let type: throw component.unknown(type)
    }
  }

  /// Cuts the pieces of `text` further.
  package func apply(to text: inout PreTokenizedText) {
    switch self {
    case .sequence(let parts): for part in parts { part.apply(to: &text) }
    case .byteLevel(let byteLevel): byteLevel.apply(to: &text)
    case .split(let split): split.apply(to: &text)
    case .metaspace(let metaspace): metaspace.apply(to: &text)
    case .whitespace: Self.splitIntoWords(&text)
    case .whitespaceSplit: Self.splitAtWhitespace(&text)
    case .digits(let individual):
      ScalarSplit(individual ? .isolated : .contiguous, at: UnicodeTables.isNumber).apply(to: &text)
    case .punctuation(let behavior): Self.splitAtPunctuation(&text, behavior)
    case .bert:
      Self.splitAtWhitespace(&text)
      Self.splitAtPunctuation(&text, .isolated)
    case .delimiter(let delimiter): ScalarSplit(.removed) { $0 == delimiter }.apply(to: &text)
    case .unicodeScripts: UnicodeScripts.apply(to: &text)
    case .fixedLength(let length): Self.split(&text, every: length)
    }
  }

  /// Whether it matters where a piece stood in the text that is being encoded.
  var needsOrigins: Bool {
    switch self {
    case .sequence(let parts): parts.contains(where: \.needsOrigins)
    case .metaspace(let metaspace): metaspace.prependScheme == .first
    default: false
    }
  }

  private static func splitAtWhitespace(_ text: inout PreTokenizedText) {
    ScalarSplit(.removed, at: UnicodeTables.isWhitespace).apply(to: &text)
  }

  private static func splitAtPunctuation(_ text: inout PreTokenizedText, _ behavior: SplitBehavior) {
    ScalarSplit(behavior, at: ScalarCategories.punctuation.contains).apply(to: &text)
  }

  private static func splitIntoWords(_ text: inout PreTokenizedText) {
    text.splitPieces { bytes, emit in
      var start = 0
      var kind = 0
      bytes.forEachScalar { scalar, range in
        let next = ScalarCategories.isWord(scalar) ? 1 : UnicodeTables.isWhitespace(scalar) ? 0 : 2
        guard next != kind else { return }
        if kind != 0 { emit(start..<range.lowerBound) }
        start = range.lowerBound
        kind = next
      }
      if kind != 0 { emit(start..<bytes.count) }
    }
  }

  private static func split(_ text: inout PreTokenizedText, every length: Int) {
    text.splitPieces { bytes, emit in
      var start = 0
      var count = 0
      bytes.forEachScalar { _, range in
        count += 1
        if count == length {
          emit(start..<range.upperBound)
          start = range.upperBound
          count = 0
        }
      }
      emit(start..<bytes.count)
    }
  }
}
