import Text

/// Reads a regular expression as ECMAScript does, with Python's names for groups and ends of a text. What would need a
/// memory (back references, word boundaries, looks behind) is refused.
struct ExpressionParser {
  private let text: [Unicode.Scalar]
  private var position = 0
  private var depth = 0

  /// Groups inside one another at most.
  private static let deepest = 100
  /// The greatest number in a quantifier.
  private static let mostRepeats = 1 << 24

  private init(_ source: String) { text = Array(source.unicodeScalars) }

  /// Reads a whole expression.
  static func parse(_ source: String) throws(GrammarError) -> Expression {
    var parser = ExpressionParser(source)
    let result = try parser.choice()
    guard parser.position == parser.text.count else { throw parser.error(")", "a `)` closes nothing") }
    return result
  }

  private func error(_ construct: String, _ message: String) -> GrammarError {
    GrammarError(
      construct, at: "character \(position)",
      "the expression \(String(String.UnicodeScalarView(text.prefix(200))).debugDescription) cannot be enforced: "
        + message)
  }

  private var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

  private mutating func take(_ wanted: String) -> Bool {
    let scalars = Array(wanted.unicodeScalars)
    guard position + scalars.count <= text.count,
      scalars.elementsEqual(text[position..<position + scalars.count])
    else { return false }
    position += scalars.count
    return true
  }

  private mutating func choice() throws(GrammarError) -> Expression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw error("(", "groups stand too deep inside one another") }
    var alternatives = [try sequence()]
    while take("|") { alternatives.append(try sequence()) }
    return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
  }

  private mutating func sequence() throws(GrammarError) -> Expression {
    var parts: [Expression] = []
    while let scalar = next, scalar != "|", scalar != ")" { parts.append(try quantified(try atom())) }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func quantified(_ atom: Expression) throws(GrammarError) -> Expression {
    var result = atom
    while let (least, most) = try quantifier() {
      if take("+") { throw error("+", "possessive quantifiers are not supported") }
      _ = take("?")  // A lazy quantifier matches the same texts.
      switch atom {
      case .start, .end: throw error("quantifier", "an anchor cannot be repeated")
      default: break
      }
      if let most, most < least { throw error("{}", "the range of a quantifier is out of order") }
      result = .repetition(result, min: least, max: most)
    }
    return result
  }

  private mutating func quantifier() throws(GrammarError) -> (Int, Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    let before = position
    if take("{"), let least = number() {
      if take("}") { return (least, least) }
      if take(",") {
        if take("}") { return (least, nil) }
        if let most = number(), take("}") { return (least, most) }
      }
    }
    position = before
    return nil
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = next, ("0"..."9").contains(scalar) {
      value = min((value ?? 0) * 10 + Int(scalar.value - 48), Self.mostRepeats)
      position += 1
    }
    return value
  }

  private mutating func atom() throws(GrammarError) -> Expression {
    guard let scalar = next else { return .empty }
    position += 1
    switch scalar {
    case ".": return .set(CharacterClasses.notLineEnd)
    case "^": return .start
    case "$": return .end
    case "[": return .set(try bracket())
    case "(": return try group()
    case "\\": return try escape()
    case "*", "+", "?": throw error(String(scalar), "a quantifier repeats nothing")
    default: return .set(ScalarSet(scalar.value))
    }
  }

  private mutating func group() throws(GrammarError) -> Expression {
    var look: Bool?
    if take("?") {
      if take("=") {
        look = false
      } else if take("!") {
        look = true
      } else if take("<=") || take("<!") {
        throw error("(?<", "looks behind are not supported")
      } else if take("P<") || take("<") {
        while let scalar = next, scalar != ">" {
          guard scalar.properties.isAlphabetic || scalar == "_" || ("0"..."9").contains(scalar) else { break }
          position += 1
        }
        guard take(">") else { throw error("(?<", "the name of a group does not end") }
      } else if !take(":") {
        throw error("(?", "options inside an expression are not supported")
      }
    }
    let inner = try choice()
    guard take(")") else { throw error("(", "a `(` is not closed") }
    return look.map { .look(inner, isNegated: $0) } ?? inner
  }

  // MARK: Escapes

  private mutating func escape() throws(GrammarError) -> Expression {
    guard let scalar = next else { throw error("\\", "the expression ends with a backslash") }
    switch scalar {
    case "b", "B": throw error("\\\(scalar)", "word boundaries are not supported")
    case "A":
      position += 1
      return .start
    case "Z", "z":
      position += 1
      return .end
    case "1"..."9", "k": throw error("\\\(scalar)", "back references are not supported")
    default: return .set(try characterEscape())
    }
  }

  /// What follows a backslash, inside of brackets or not.
  private mutating func characterEscape() throws(GrammarError) -> ScalarSet {
    guard let scalar = next else { throw error("\\", "the expression ends with a backslash") }
    position += 1
    switch scalar {
    case "d": return CharacterClasses.digit
    case "D": return CharacterClasses.digit.inverted()
    case "w": return CharacterClasses.word
    case "W": return CharacterClasses.word.inverted()
    case "s": return CharacterClasses.space
    case "S": return CharacterClasses.space.inverted()
    case "p", "P": return try property(isNegated: scalar == "P")
    case "t": return ScalarSet(0x09)
    case "n": return ScalarSet(0x0A)
    case "v": return ScalarSet(0x0B)
    case "f": return ScalarSet(0x0C)
    case "r": return ScalarSet(0x0D)
    case "0": return ScalarSet(0)
    case "c":
      guard let letter = next, letter.isASCII, letter.properties.isAlphabetic else { break }
      position += 1
      return ScalarSet(letter.value % 32)
    case "x":
      guard let value = hexadecimal(2) else { break }
      return ScalarSet(value)
    case "u":
      guard let value = unicodeEscape() else { break }
      return ScalarSet(value)
    default:
      if !scalar.isASCII || !scalar.properties.isAlphabetic && !("0"..."9").contains(scalar) {
        return ScalarSet(scalar.value)
      }
    }
    throw error("\\\(scalar)", "this escape is not known")
  }

  private mutating func unicodeEscape() -> UInt32? {
    let before = position
    if take("{") {
      var value: UInt32 = 0
      while let digit = next?.hexDigit, value <= 0x10FFFF {
        value = value * 16 + digit
        position += 1
      }
      if value <= 0x10FFFF, take("}") { return value }
      position = before
      return nil
    }
    guard let high = hexadecimal(4) else { return nil }
    let after = position
    if (0xD800...0xDBFF).contains(high), take("\\u"), let low = hexadecimal(4),
      (0xDC00...0xDFFF).contains(low)
    {
      return 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
    }
    position = after
    return high
  }

  private mutating func hexadecimal(_ count: Int) -> UInt32? {
    guard position + count <= text.count else { return nil }
    var value: UInt32 = 0
    for scalar in text[position..<position + count] {
      guard let digit = scalar.hexDigit else { return nil }
      value = value * 16 + digit
    }
    position += count
    return value
  }

  private mutating func property(isNegated: Bool) throws(GrammarError) -> ScalarSet {
    var name = ""
    if take("{") {
      while let scalar = next, scalar != "}" {
        name.unicodeScalars.append(scalar)
        position += 1
      }
      guard take("}") else { throw error("\\p", "the name of a property does not end") }
    } else if let scalar = next {
      name.unicodeScalars.append(scalar)
      position += 1
    }
    // `Script=Greek`, `gc=Lu`: the tables know the value alone.
    let value = name.split(separator: "=").last.map(String.init) ?? name
    guard let set = ScalarSet(property: value) else {
      throw error("\\p{\(name)}", "this property of characters is not known")
    }
    return isNegated ? set.inverted() : set
  }

  // MARK: Brackets

  private mutating func bracket() throws(GrammarError) -> ScalarSet {
    let isNegated = take("^")
    var ranges: [ClosedRange<UInt32>] = []
    while !take("]") {
      guard next != nil else { throw error("[", "a `[` is not closed") }
      let low = try bracketMember()
      if let first = low.single, next == "-", position + 1 < text.count, text[position + 1] != "]" {
        position += 1
        let high = try bracketMember()
        guard let last = high.single else {
          ranges.append(contentsOf: low.ranges + [0x2D...0x2D] + high.ranges)
          continue
        }
        guard first <= last else { throw error("[", "a range of characters is out of order") }
        ranges.append(first...last)
      } else {
        ranges.append(contentsOf: low.ranges)
      }
    }
    let set = ScalarSet(ranges)
    return isNegated ? set.inverted() : set
  }

  private mutating func bracketMember() throws(GrammarError) -> ScalarSet {
    guard let scalar = next else { throw error("[", "a `[` is not closed") }
    position += 1
    if scalar != "\\" { return ScalarSet(scalar.value) }
    if take("b") { return ScalarSet(0x08) }
    return try characterEscape()
  }
}

extension Unicode.Scalar {
  /// The value of a hexadecimal digit.
  var hexDigit: UInt32? {
    switch self {
    case "0"..."9": value - 48
    case "a"..."f": value - 87
    case "A"..."F": value - 55
    default: nil
    }
  }
}
