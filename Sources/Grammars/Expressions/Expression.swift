import Text

/// A parsed regular expression, of the part that ECMAScript and Python share and an automaton can follow.
indirect enum Expression: Sendable {
  case set(ScalarSet)
  case sequence([Expression])
  case choice([Expression])
  case repetition(Expression, min: Int, max: Int?)
  case start
  case end
  case look(Expression, isNegated: Bool)

  static let empty = Expression.sequence([])

  /// Whether an anchor or a look ahead stands in it.
  var hasContext: Bool {
    switch self {
    case .set: false
    case .sequence(let parts), .choice(let parts): parts.contains(where: \.hasContext)
    case .repetition(let inner, _, _): inner.hasContext
    case .start, .end, .look: true
    }
  }

  /// Whether it matches the empty text somewhere.
  var mayBeEmpty: Bool {
    switch self {
    case .set: false
    case .sequence(let parts): parts.allSatisfy(\.mayBeEmpty)
    case .choice(let parts): parts.contains(where: \.mayBeEmpty)
    case .repetition(let inner, let least, _): least == 0 || inner.mayBeEmpty
    case .start, .end, .look: true
    }
  }
}

/// The classes of characters that ECMAScript names.
enum CharacterClasses {
  static let digit = ScalarSet([0x30...0x39])
  static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let space = ScalarSet([
    0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029,
    0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
  ])
  static let lineEnd = ScalarSet([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029])
  /// What `.` matches.
  static let notLineEnd = lineEnd.inverted()
}
