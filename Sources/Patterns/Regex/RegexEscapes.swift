import Text

/// Escapes outside and inside brackets.
extension RegexParser {
  static let newlineSequence = RegexNode.atomic(
    .alternation([
      .sequence([.scalar(13), .scalar(10)]), .set(ScalarSet([10...13, 0x85...0x85, 0x2028...0x2029])),
    ]))

  mutating func escape() throws(PatternError) -> RegexNode {
    let next = try take()
    switch next {
    case "A": return .assertion(.textStart)
    case "z": return .assertion(.textEnd)
    case "Z": return .assertion(.textEndOrLastNewline)
    case "b": return .assertion(.wordBoundary)
    case "B": return .assertion(.notWordBoundary)
    case "G": return .assertion(.searchStart)
    case "R": return Self.newlineSequence
    case "N": return .set(ScalarSet(10).inverted())
    case "O": return .set(.all)
    case "k": return try namedBackreference()
    case "K", "X", "y", "Y", "g", "M", "C", "c": throw failure(.unsupported, "\\\(next)")
    case "1"..."9":
      let start = at
      at -= 1
      if let number = decimal(), number <= captureCount { return .backreference(number) }
      at = start
      return literal(try character(next))
    default:
      at -= 1
      if let set = try classEscape() { return .set(set) }
      return literal(try character(try take()))
    }
  }

  /// `\s \d \w \h \p{…}` and their negations, with `at` on the letter; nil (nothing read) when it is another.
  /// Inside a bracket `\W` is the complement of `[:word:]`, which lacks the superscripts of Latin-1 that `\w` has.
  mutating func classEscape(inBracket: Bool = false) throws(PatternError) -> ScalarSet? {
    guard let next = peek else { throw failure(.syntax, "the pattern ends after a backslash") }
    let name: String
    switch next {
    case "s", "S": name = "Space"
    case "d", "D": name = "Digit"
    case "W" where inBracket: name = "Posix_Word"
    case "w", "W": name = "Word"
    case "h", "H": name = "XDigit"
    case "p", "P":
      guard at + 1 < text.count, text[at + 1] == "{" else { return nil }
      return try property(negated: next == "P")
    default: return nil
    }
    at += 1
    let set = UnicodeNames.set(name) ?? .empty
    return next.properties.isUppercase ? set.inverted() : set
  }

  private mutating func property(negated: Bool) throws(PatternError) -> ScalarSet {
    at += 2
    let isCaret = take("^")
    var name = ""
    while true {
      let next = try take()
      if next == "}" { break }
      name.unicodeScalars.append(next)
    }
    guard let set = UnicodeNames.set(name) else {
      throw failure(.unsupported, "the character property {\(name)}")
    }
    return negated != isCaret ? set.inverted() : set
  }

  /// The code point of an escaped character whose letter has been read.
  mutating func character(_ letter: Unicode.Scalar) throws(PatternError) -> UInt32 {
    switch letter {
    case "n": return 10
    case "t": return 9
    case "r": return 13
    case "f": return 12
    case "v": return 11
    case "a": return 7
    case "e": return 27
    case "x":
      if take("{") {
        let value = hexadecimal(most: 8)
        guard let value, take("}"), value <= 0x10FFFF else { throw failure(.syntax, "a bad \\x{…}") }
        return value
      }
      return hexadecimal(most: 2) ?? 0
    case "u":
      guard let value = hexadecimal(most: 4) else { throw failure(.syntax, "a bad \\u") }
      return value
    case "0"..."7":
      var value = letter.value - 48
      var count = 1
      while count < 3, let digit = peek?.value, digit >= 48, digit <= 55 {
        value = value * 8 + digit - 48
        at += 1
        count += 1
      }
      return value
    default: return letter.value
    }
  }

  private mutating func hexadecimal(most: Int) -> UInt32? {
    var value: UInt32?
    var count = 0
    while count < most, let next = peek, next.isASCII, let digit = Character(next).hexDigitValue {
      value = (value ?? 0) << 4 | UInt32(digit)
      at += 1
      count += 1
    }
    return value
  }

  // MARK: brackets

  /// A bracket expression whose `[` has been read.
  mutating func bracket() throws(PatternError) -> ScalarSet {
    let isNegated = take("^")
    var result: ScalarSet?  // what stands left of &&
    var ranges: [ClosedRange<UInt32>] = []
    var isFirst = true
    while true {
      if take("]") {
        if !isFirst { break }
        ranges.append(93...93)
      } else if take("&&") {
        let left = folded(ranges)
        result = result.map { $0.intersection(left) } ?? left
        ranges = []
      } else {
        try member(&ranges)
      }
      isFirst = false
    }
    var set = folded(ranges)
    if let left = result { set = left.intersection(set) }
    return isNegated ? set.inverted() : set
  }

  private func folded(_ ranges: [ClosedRange<UInt32>]) -> ScalarSet {
    let set = ScalarSet(ranges)
    return flags.ignoreCase ? set.withCaseVariants() : set
  }

  private mutating func member(_ ranges: inout [ClosedRange<UInt32>]) throws(PatternError) {
    let next = try take()
    if next == "[" {
      if take(":") {
        if let set = posixClass() {
          ranges += set.ranges
          return
        }
        at -= 1
      }
      ranges += try nestedBracket().ranges
      return
    }
    var low = next.value
    if next == "\\" {
      if let set = try classEscape(inBracket: true) {
        ranges += set.ranges
        return
      }
      low = try bracketCharacter()
    }
    guard peek == "-", at + 1 < text.count, text[at + 1] != "]" else {
      ranges.append(low...low)
      return
    }
    try range(from: low, into: &ranges)
  }

  private mutating func range(
    from low: UInt32, into ranges: inout [ClosedRange<UInt32>]
  ) throws(PatternError) {
    let dash = at
    at += 1
    var high = try take().value
    if high == 91 || (high == 38 && peek == "&") {  // [ or && after a dash: the dash is a literal
      at = dash + 1
      ranges.append(low...low)
      ranges.append(45...45)
      return
    }
    if high == 92 {
      if try classEscape() != nil { throw failure(.syntax, "a class at the end of a range") }
      high = try bracketCharacter()
    }
    guard low <= high else { throw failure(.syntax, "an empty range in a bracket") }
    ranges.append(low...high)
  }

  private mutating func bracketCharacter() throws(PatternError) -> UInt32 {
    let letter = try take()
    return letter == "b" ? 8 : try character(letter)
  }

  /// `[:name:]` with `[:` read; nil (nothing read) when it is no such thing.
  private mutating func posixClass() -> ScalarSet? {
    let start = at
    let isNegated = take("^")
    var name = ""
    while let next = peek, next.properties.isAlphabetic {
      name.unicodeScalars.append(next)
      at += 1
    }
    guard take(":]"), let set = UnicodeNames.set("posix" + name) ?? UnicodeNames.set(name) else {
      at = start
      return nil
    }
    return isNegated ? set.inverted() : set
  }
}
