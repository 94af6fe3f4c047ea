import Text

/// Reads the syntax of Oniguruma (its own dialect, as HF tokenizers uses it) into a `RegexNode`.
struct RegexParser {
  private(set) var text: [Unicode.Scalar]
  var at = 0
  private(set) var captureCount = 0
  private var names: [String: Int] = [:]
  private var depth = 0
  /// Nodes inside one another in what was read last. Everything after the parser walks trees by recursion.
  private var height = 0
  private static let tallest = 1000
  var flags = Flags()

  struct Flags: Equatable {
    var ignoreCase = false
    var dotMatchesNewline = false
    var extended = false
  }

  init(_ source: String) { text = Array(source.unicodeScalars) }

  static func parse(_ source: String) throws(PatternError) -> RegexNode {
    var parser = RegexParser(source)
    let node = try parser.alternation()
    if parser.at < parser.text.count { throw parser.failure(.syntax, "unmatched closing parenthesis") }
    return node
  }

  var peek: Unicode.Scalar? { at < text.count ? text[at] : nil }

  mutating func take() throws(PatternError) -> Unicode.Scalar {
    guard at < text.count else { throw failure(.syntax, "the pattern ends too early") }
    at += 1
    return text[at - 1]
  }

  mutating func take(_ expected: String) -> Bool {
    let wanted = Array(expected.unicodeScalars)
    guard at + wanted.count <= text.count, text[at..<at + wanted.count].elementsEqual(wanted) else {
      return false
    }
    at += wanted.count
    return true
  }

  func failure(_ code: PatternError.Code, _ what: String) -> PatternError {
    let mend =
      code == .unsupported
      ? "rewrite the pattern without it" : "use a pattern that Oniguruma accepts"
    return PatternError(code, "regular expression: \(what) at character \(at)", mend: mend)
  }

  mutating func alternation() throws(PatternError) -> RegexNode {
    depth += 1
    defer { depth -= 1 }
    if depth > 200 { throw failure(.tooLarge, "groups nest deeper than 200") }
    let outer = flags
    defer { flags = outer }
    var branches = [try sequence()]
    var inside = height
    while take("|") {
      branches.append(try sequence())
      inside = max(inside, height)
    }
    try grow(from: inside)
    return branches.count == 1 ? branches[0] : .alternation(branches)
  }

  /// Notes that a node stands around one of that height.
  private mutating func grow(from inside: Int) throws(PatternError) {
    height = inside + 1
    if height > Self.tallest { throw failure(.tooLarge, "nests deeper than \(Self.tallest)") }
  }

  /// Reads what stands inside a bracket, at most 200 of them inside one another.
  mutating func nestedBracket() throws(PatternError) -> ScalarSet {
    depth += 1
    defer { depth -= 1 }
    if depth > 200 { throw failure(.tooLarge, "brackets nest deeper than 200") }
    return try bracket()
  }

  private mutating func sequence() throws(PatternError) -> RegexNode {
    var parts: [RegexNode] = []
    var inside = 0
    while let next = peek, next != "|", next != ")" {
      if flags.extended, skipExtended(next) { continue }
      // (?i) without a body holds for the rest of the group, alternatives included.
      if let rest = try bareOption() {
        parts.append(rest)
      } else {
        parts.append(try quantified(atom()))
      }
      inside = max(inside, height)
    }
    try grow(from: inside)
    return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
  }

  private mutating func skipExtended(_ next: Unicode.Scalar) -> Bool {
    if next == "#" {
      while let comment = peek, comment != "\n" { _ = comment; at += 1 }
      return true
    }
    guard next == " " || (next.value >= 9 && next.value <= 13) else { return false }
    at += 1
    return true
  }

  private mutating func bareOption() throws(PatternError) -> RegexNode? {
    let start = at
    guard take("(?"), let changed = optionFlags(), take(")") else {
      at = start
      return nil
    }
    let outer = flags
    flags = changed
    let rest = try alternation()
    flags = outer
    return rest
  }

  /// Reads `imx-imx` and gives the flags that result; nil when what stands here is no option list.
  private mutating func optionFlags() -> Flags? {
    var changed = flags
    var on = true
    var any = false
    while let next = peek {
      switch next {
      case "-": on = false
      case "i": changed.ignoreCase = on
      case "m": changed.dotMatchesNewline = on
      case "x": changed.extended = on
      default: return any && (next == ")" || next == ":") ? changed : nil
      }
      any = true
      at += 1
    }
    return nil
  }

  private mutating func quantified(_ atom: RegexNode) throws(PatternError) -> RegexNode {
    var node = atom
    while let next = peek {
      let least: Int
      let most: Int?
      var isInterval = false
      switch next {
      case "*": (least, most) = (0, nil)
      case "+": (least, most) = (1, nil)
      case "?": (least, most) = (0, 1)
      case "{":
        guard let interval = try interval() else { return node }
        (least, most) = interval
        isInterval = true
      default: return node
      }
      if !isInterval { at += 1 }
      node = try repeated(node, least, most, isInterval)
      // An exact count that is optional is two nodes.
      try grow(from: height + 1)
    }
    return node
  }

  /// `{n,m}+` repeats the interval in this dialect; only `?+ *+ ++` are possessive. `{n}?` makes it optional.
  private mutating func repeated(
    _ body: RegexNode, _ least: Int, _ most: Int?, _ isInterval: Bool
  ) throws(PatternError) -> RegexNode {
    if isInterval, least == most {
      let exact = RegexNode.repetition(body, min: least, max: most, greed: .greedy)
      return take("?") ? .repetition(exact, min: 0, max: 1, greed: .greedy) : exact
    }
    if take("?") { return .repetition(body, min: least, max: most, greed: .lazy) }
    if !isInterval, take("+") { return .repetition(body, min: least, max: most, greed: .possessive) }
    return .repetition(body, min: least, max: most, greed: .greedy)
  }

  /// `{n}`, `{n,}`, `{n,m}`, `{,m}`; anything else is a literal brace (nil, nothing read).
  private mutating func interval() throws(PatternError) -> (Int, Int?)? {
    let start = at
    at += 1
    let low = decimal()
    var high = low
    let hasComma = take(",")
    if hasComma { high = decimal() }
    guard take("}"), low != nil || high != nil else {
      at = start
      return nil
    }
    let least = low ?? 0
    if least > 100_000 || (high ?? 0) > 100_000 { throw failure(.tooLarge, "a repeat count above 100000") }
    if let high, high < least { return (high, least) }
    return (least, high)
  }

  mutating func decimal() -> Int? {
    var value: Int?
    while let digit = peek?.value, digit >= 48, digit <= 57 {
      value = min((value ?? 0) * 10 + Int(digit - 48), 1_000_000)
      at += 1
    }
    return value
  }

  private mutating func atom() throws(PatternError) -> RegexNode {
    let next = try take()
    // Groups give the height of what is inside them; every other atom is a leaf, or the few nodes of an escape.
    height = 3
    switch next {
    case "(": return try group()
    case "[": return .set(try nestedBracket())
    case ".": return .set(flags.dotMatchesNewline ? .all : ScalarSet(10).inverted())
    case "^": return .assertion(.lineStart)
    case "$": return .assertion(.lineEnd)
    case "\\": return try escape()
    case "*", "+", "?": throw failure(.syntax, "nothing to repeat")
    default: return literal(next.value)
    }
  }

  func literal(_ value: UInt32) -> RegexNode {
    let set = ScalarSet(value)
    return .set(flags.ignoreCase ? set.withCaseVariants() : set)
  }

  private mutating func group() throws(PatternError) -> RegexNode {
    guard take("?") else {
      captureCount += 1
      return try closed { .capture($0, index: $1) }
    }
    if take("#") {
      while try take() != ")" {}
      return .empty
    }
    if take(":") { return try closed { body, _ in body } }
    if take(">") { return try closed { body, _ in .atomic(body) } }
    if take("=") { return try closed { body, _ in .look(body, behind: false, negated: false) } }
    if take("!") { return try closed { body, _ in .look(body, behind: false, negated: true) } }
    if take("<=") { return try closed { body, _ in .look(body, behind: true, negated: false) } }
    if take("<!") { return try closed { body, _ in .look(body, behind: true, negated: true) } }
    if take("<") || take("'") {
      captureCount += 1
      names[try name()] = captureCount
      return try closed { .capture($0, index: $1) }
    }
    if let changed = optionFlags(), take(":") {
      let outer = flags
      flags = changed
      defer { flags = outer }
      return try closed { body, _ in body }
    }
    throw failure(.unsupported, "a group of this kind")
  }

  private mutating func closed(_ wrap: (RegexNode, Int) -> RegexNode) throws(PatternError) -> RegexNode {
    let index = captureCount
    let body = try alternation()
    guard take(")") else { throw failure(.syntax, "a group is not closed") }
    try grow(from: height)
    return wrap(body, index)
  }

  private mutating func name() throws(PatternError) -> String {
    var name = ""
    while true {
      let next = try take()
      if next == ">" || next == "'" { break }
      name.unicodeScalars.append(next)
    }
    return name
  }

  mutating func namedBackreference() throws(PatternError) -> RegexNode {
    guard take("<") || take("'") else { throw failure(.syntax, "\\k without a name") }
    let reference = try name()
    if let index = Int(reference), index > 0, index <= captureCount { return .backreference(index) }
    guard let index = names[reference] else { throw failure(.syntax, "no group is named \(reference)") }
    return .backreference(index)
  }
}
