/// The languages of JSON's numbers. Bounded ones are written without an exponent, which keeps comparing them a matter
/// of digits.
struct NumberLanguage {
  typealias Language = LanguageTable.ID

  /// Digits before and after the point at most.
  private static let mostWhole = 20
  private static let mostFraction = 17

  private let table: LanguageTable

  init(_ table: LanguageTable) { self.table = table }

  private func digit(_ range: ClosedRange<UInt8>) -> Language { table.bytes(ByteSet(range)) }
  private var digit: Language { digit(48...57) }
  private func digits(_ least: Int, _ most: Int) -> Language { table.repetition(digit, least, most) }
  private var minus: Language { table.literal("-") }
  private var point: Language { table.literal(".") }

  /// Whole numbers without a sign.
  private var whole: Language {
    table.union(table.literal("0"), table.sequence(digit(49...57), digits(0, Self.mostWhole - 1)))
  }

  private var fraction: Language { table.optional(table.sequence(point, digits(1, Self.mostFraction))) }

  /// Integers.
  var integer: Language { table.sequence(table.optional(minus), whole) }

  /// Numbers without an exponent.
  var plain: Language { table.sequence(integer, fraction) }

  /// Any number.
  var any: Language {
    let exponent = table.sequence([
      table.bytes(ByteSet(Array("eE".utf8))), table.optional(table.bytes(ByteSet(Array("+-".utf8)))),
      digits(1, 3),
    ])
    return table.sequence(plain, table.optional(exponent))
  }

  /// Numbers each of which has only one text: nothing to leave out, no zero with a sign.
  var canonical: Language {
    let places = table.sequence(digits(0, Self.mostFraction - 1), digit(49...57))
    let positive = table.sequence(whole, table.optional(table.sequence(point, places)))
    let negative = table.sequence(minus, table.difference(positive, table.literal("0")))
    return table.union(positive, negative)
  }

  /// The texts of one number.
  func constant(_ value: DecimalNumber) -> Language {
    let point = value.fraction.isEmpty ? table.optional(table.literal(".0")) : LanguageTable.empty
    return table.sequence(table.literal(value.text), point)
  }

  /// Numbers from a bound on.
  func atLeast(_ bound: DecimalNumber, isExclusive: Bool) -> Language {
    if bound.isNegative {
      return table.union(
        magnitude, table.sequence(minus, atMostMagnitude(bound, isExclusive: isExclusive)))
    }
    return atLeastMagnitude(bound, isExclusive: isExclusive)
  }

  /// Numbers up to a bound.
  func atMost(_ bound: DecimalNumber, isExclusive: Bool) -> Language {
    if bound.isNegative { return table.sequence(minus, atLeastMagnitude(bound, isExclusive: isExclusive)) }
    if bound.isZero {
      let below = table.sequence(minus, atLeastMagnitude(bound, isExclusive: true))
      return isExclusive ? below : table.union(below, atMostMagnitude(bound, isExclusive: false))
    }
    return table.union(
      table.sequence(minus, magnitude), atMostMagnitude(bound, isExclusive: isExclusive))
  }

  private var magnitude: Language { table.sequence(whole, fraction) }

  private func atMostMagnitude(_ bound: DecimalNumber, isExclusive: Bool) -> Language {
    var parts: [Language] = []
    let length = bound.whole.count
    if length > 1 {
      parts.append(
        table.sequence([
          table.union(table.literal("0"), table.sequence(digit(49...57), digits(0, length - 2))), fraction,
        ]))
    }
    for (index, limit) in bound.whole.enumerated() {
      let least: UInt8 = index == 0 && length > 1 ? 49 : 48
      guard limit > least else { continue }
      parts.append(
        table.sequence([
          table.literal(bound.whole[..<index]), digit(least...limit - 1),
          digits(length - index - 1, length - index - 1), fraction,
        ]))
    }
    parts.append(
      table.sequence(table.literal(bound.whole), fractionAtMost(bound.fraction, isExclusive: isExclusive)))
    return table.union(parts)
  }

  private func fractionAtMost(_ bound: [UInt8], isExclusive: Bool) -> Language {
    let zeros = table.repetition(table.literal("0"), 0, Self.mostFraction)
    if bound.isEmpty {
      let nothing = table.optional(table.sequence([point, table.literal("0"), zeros]))
      return isExclusive ? LanguageTable.never : nothing
    }
    var parts: [Language] = []
    for (index, limit) in bound.enumerated() {
      if index > 0 { parts.append(table.literal(bound[..<index])) }
      if limit > 48 {
        parts.append(
          table.sequence([
            table.literal(bound[..<index]), digit(48...limit - 1), digits(0, Self.mostFraction),
          ]))
      }
    }
    if !isExclusive { parts.append(table.sequence(table.literal(bound), zeros)) }
    return table.optional(table.sequence(point, table.union(parts)))
  }

  private func atLeastMagnitude(_ bound: DecimalNumber, isExclusive: Bool) -> Language {
    let length = bound.whole.count
    var parts = [
      table.sequence([
        digit(49...57), digits(length, max(length, Self.mostWhole)), fraction,
      ])
    ]
    for (index, limit) in bound.whole.enumerated() where limit < 57 {
      parts.append(
        table.sequence([
          table.literal(bound.whole[..<index]), digit(limit + 1...57),
          digits(length - index - 1, length - index - 1), fraction,
        ]))
    }
    parts.append(
      table.sequence(table.literal(bound.whole), fractionAtLeast(bound.fraction, isExclusive: isExclusive)))
    return table.union(parts)
  }

  private func fractionAtLeast(_ bound: [UInt8], isExclusive: Bool) -> Language {
    let zeros = table.repetition(table.literal("0"), 0, Self.mostFraction)
    let some = table.sequence([zeros, digit(49...57), digits(0, Self.mostFraction)])
    if bound.isEmpty { return isExclusive ? table.sequence(point, some) : fraction }
    var parts: [Language] = []
    for (index, limit) in bound.enumerated() where limit < 57 {
      parts.append(
        table.sequence([
          table.literal(bound[..<index]), digit(limit + 1...57), digits(0, Self.mostFraction),
        ]))
    }
    let after = isExclusive ? some : digits(0, Self.mostFraction)
    parts.append(table.sequence(table.literal(bound), after))
    return table.sequence(point, table.union(parts))
  }
}
