/// Reads GBNF and Lark's notation, which differ in a few marks.
struct NotationParser {
  typealias Term = NotationSyntax.Term

  private let text: [Unicode.Scalar]
  private var position = 0
  private var depth = 0
  /// Whether rules are defined by `::=`.
  private let isGBNF: Bool

  private static let deepest = 100
  private static let mostRepeats = 1 << 20

  init(_ source: String) {
    text = Array(source.unicodeScalars)
    ends = text.indices.filter { [text] in text[$0] == "\n" }
    isGBNF = source.contains("::=")
  }

  /// The ends of lines in the text.
  private let ends: [Int]

  private var line: Int {
    // How many stand before the position, found by halves.
    var (low, high) = (0, ends.count)
    while low < high {
      let middle = (low + high) / 2
      if ends[middle] < position { low = middle + 1 } else { high = middle }
    }
    return low + 1
  }

  private func error(_ construct: String, _ message: String) -> GrammarError {
    GrammarError(construct, at: "line \(line)", "the grammar cannot be read: \(message)")
  }

  private var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

  private func isNext(_ wanted: String) -> Bool {
    let scalars = Array(wanted.unicodeScalars)
    return position + scalars.count <= text.count
      && scalars.elementsEqual(text[position..<position + scalars.count])
  }

  private mutating func take(_ wanted: String) -> Bool {
    guard isNext(wanted) else { return false }
    position += wanted.unicodeScalars.count
    return true
  }

  /// Skips blanks, ends of lines and comments.
  private mutating func skip() {
    while let scalar = next {
      if scalar.properties.isWhitespace {
        position += 1
      } else if isGBNF ? scalar == "#" : isNext("//") {
        while let scalar = next, scalar != "\n" { position += scalar == "\n" ? 0 : 1 }
      } else {
        return
      }
    }
  }

  private static func isName(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII
      && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_" || scalar == "-")
  }

  private mutating func name() -> String {
    var result = ""
    while let scalar = next, Self.isName(scalar), !(scalar == "-" && isNext("->")) {
      result.unicodeScalars.append(scalar)
      position += 1
    }
    return result
  }

  /// Whether a rule's definition begins here: it ends the rule before.
  private func isDefinition() -> Bool {
    var ahead = self
    if !isGBNF { _ = ahead.take("?") || ahead.take("!") }
    guard !ahead.name().isEmpty else { return false }
    if !isGBNF, ahead.take(".") { _ = ahead.number() }
    while let scalar = ahead.next, scalar == " " || scalar == "\t" { ahead.position += 1 }
    return ahead.isNext(isGBNF ? "::=" : ":")
  }

  mutating func grammar() throws(GrammarError) -> NotationSyntax {
    var grammar = NotationSyntax()
    while true {
      skip()
      guard next != nil else { break }
      if !isGBNF, take("%") {
        try directive(&grammar)
        continue
      }
      let line = line
      guard isDefinition() else { throw error("rule", "a rule's name and its definition are expected") }
      if !isGBNF { _ = take("?") || take("!") }
      let name = name()
      if !isGBNF, take(".") { _ = number() }
      skip()
      guard take(isGBNF ? "::=" : ":") else { throw error("rule", "a rule's definition is expected") }
      grammar.rules.append((name, try choice(), line))
    }
    grammar.start = isGBNF ? "root" : "start"
    guard grammar.rules.contains(where: { $0.name == grammar.start }) else {
      throw GrammarError("rule", at: "", "the grammar has no rule named `\(grammar.start)`")
    }
    return grammar
  }

  private mutating func directive(_ grammar: inout NotationSyntax) throws(GrammarError) {
    let kind = name()
    skip()
    switch kind {
    case "ignore": grammar.ignored.append(try choice())
    case "import":
      _ = take("common.")
      let imported = name()
      guard let expression = Self.common[imported] else {
        throw error("%import", "only terminals of Lark's `common` can be imported")
      }
      skip()
      var own = imported
      if take("->") {
        skip()
        own = name()
      }
      grammar.rules.append((own, .expression(expression), line))
    default: throw error("%\(kind)", "this directive is not supported")
    }
  }

  /// The terminals of Lark's `common` as expressions.
  private static let common: [String: String] = [
    "DIGIT": "[0-9]", "INT": "[0-9]+", "SIGNED_INT": "[+-]?[0-9]+", "DECIMAL": #"[0-9]+\.[0-9]*|\.[0-9]+"#,
    "FLOAT": #"[0-9]+[eE][+-]?[0-9]+|(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"#,
    "NUMBER": #"[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?"#,
    "SIGNED_NUMBER": #"[+-]?(?:[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)"#,
    "HEXDIGIT": "[0-9a-fA-F]", "LCASE_LETTER": "[a-z]", "UCASE_LETTER": "[A-Z]", "LETTER": "[a-zA-Z]",
    "WORD": "[a-zA-Z]+", "CNAME": "[_a-zA-Z][_a-zA-Z0-9]*", "WS_INLINE": "[ \\t]+", "WS": "[ \\t\\f\\r\\n]+",
    "CR": "\\r", "LF": "\\n", "NEWLINE": "(?:\\r?\\n)+", "ESCAPED_STRING": #""(?:[^"\\\n]|\\.)*""#,
  ]

  // MARK: Terms

  private mutating func choice() throws(GrammarError) -> Term {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw error("(", "parentheses stand too deep inside one another") }
    skip()
    _ = !isGBNF && take("|")
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(GrammarError) -> Term {
    var parts: [Term] = []
    while true {
      skip()
      guard let scalar = next, scalar != "|", scalar != ")", scalar != "]" || isGBNF else { break }
      if depth == 1, isDefinition() || (!isGBNF && scalar == "%" && !isNext("%json")) { break }
      if !isGBNF, take("->") {
        skip()
        _ = name()
        continue
      }
      parts.append(try repeated(try term()))
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func repeated(_ term: Term) throws(GrammarError) -> Term {
    var result = term
    while true {
      if take("*") {
        result = .repetition(result, min: 0, max: nil)
      } else if take("+") {
        result = .repetition(result, min: 1, max: nil)
      } else if take("?") {
        result = .repetition(result, min: 0, max: 1)
      } else if take("{") {
        result = try counted(result, between: ",", end: "}")
      } else if !isGBNF, take("~") {
        skip()
        result = try counted(result, between: "..", end: nil)
      } else {
        return result
      }
    }
  }

  private mutating func counted(
    _ term: Term, between: String, end: String?
  ) throws(GrammarError) -> Term {
    let least = number()
    var most = least
    if take(between) { most = number() } else if least == nil { throw error("{", "a count is expected") }
    if let end, !take(end) { throw error("{", "a count does not end") }
    if let least, let most, most < least { throw error("{", "the range of a count is out of order") }
    return .repetition(term, min: least ?? 0, max: most)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = next, ("0"..."9").contains(scalar) {
      value = min((value ?? 0) * 10 + Int(scalar.value - 48), Self.mostRepeats)
      position += 1
    }
    return value
  }

  private mutating func term() throws(GrammarError) -> Term {
    if take("(") {
      let inner = try choice()
      guard take(")") else { throw error("(", "a `(` is not closed") }
      return inner
    }
    if !isGBNF, take("[") {
      let inner = try choice()
      guard take("]") else { throw error("[", "a `[` is not closed") }
      return .repetition(inner, min: 0, max: 1)
    }
    if isGBNF, next == "[" { return .characters(try bracketText()) }
    if isGBNF, take(".") { return .characters("[^]") }
    if next == "\"" { return try literal() }
    if !isGBNF, next == "/" { return try expression() }
    if next == "<" { return try special() }
    if !isGBNF, take("%json") { return .schema(try schemaText()) }
    let name = name()
    guard !name.isEmpty else {
      throw error(next.map { String(Character($0)) } ?? "end", "this is no part of a rule")
    }
    return .name(name)
  }

  private mutating func bracketText() throws(GrammarError) -> String {
    let start = position
    position += 1
    while let scalar = next, scalar != "]" { position += scalar == "\\" ? 2 : 1 }
    guard take("]") else { throw error("[", "a `[` is not closed") }
    return String(String.UnicodeScalarView(text[start..<position]))
  }

  private mutating func literal() throws(GrammarError) -> Term {
    position += 1
    var result = ""
    while let scalar = next, scalar != "\"" {
      position += 1
      guard scalar == "\\", let escaped = next else {
        result.unicodeScalars.append(scalar)
        continue
      }
      position += 1
      switch escaped {
      case "n": result += "\n"
      case "r": result += "\r"
      case "t": result += "\t"
      case "x", "u", "U":
        let count = escaped == "x" ? 2 : escaped == "u" ? 4 : 8
        var value: UInt32 = 0
        for _ in 0..<count {
          guard let digit = next?.hexDigit else {
            throw error("\\\(escaped)", "hexadecimal digits are expected")
          }
          value = value &* 16 &+ digit
          position += 1
        }
        guard let character = Unicode.Scalar(value) else {
          throw error("\\\(escaped)", "this is no character")
        }
        result.unicodeScalars.append(character)
      default: result.unicodeScalars.append(escaped)
      }
    }
    guard take("\"") else { throw error("\"", "a text in quotes does not end") }
    let ignoresCase = !isGBNF && take("i")
    return .literal(result, ignoresCase: ignoresCase)
  }

  private mutating func expression() throws(GrammarError) -> Term {
    position += 1
    let start = position
    while let scalar = next, scalar != "/", scalar != "\n" { position += scalar == "\\" ? 2 : 1 }
    let source = String(String.UnicodeScalarView(text[start..<min(position, text.count)]))
    guard take("/") else { throw error("/", "an expression does not end") }
    if let flag = next, ("a"..."z").contains(flag), !isDefinition() {
      throw error("/\(flag)", "options of expressions are not supported")
    }
    return .expression(source)
  }

  private mutating func special() throws(GrammarError) -> Term {
    var name = ""
    while let scalar = next, scalar != "\n", scalar != " " {
      name.unicodeScalars.append(scalar)
      position += 1
      if scalar == ">" { return .special(name) }
    }
    throw error("<", "the name of a token does not end")
  }

  /// The JSON value that begins here, as it is written.
  private mutating func schemaText() throws(GrammarError) -> String {
    skip()
    let start = position
    var depth = 0
    var isInString = false
    while let scalar = next {
      position += 1
      if isInString {
        if scalar == "\\" { position += 1 } else if scalar == "\"" { isInString = false }
      } else if scalar == "\"" {
        isInString = true
      } else if scalar == "{" {
        depth += 1
      } else if scalar == "}" {
        depth -= 1
        if depth == 0 { return String(String.UnicodeScalarView(text[start..<min(position, text.count)])) }
      } else if depth == 0 {
        break
      }
    }
    throw error("%json", "a schema is expected, as a JSON object")
  }
}
