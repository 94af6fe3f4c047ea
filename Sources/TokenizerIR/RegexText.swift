import Tokenization

/// Regular expressions as the extension's engine (PCRE2, UTF and Unicode properties on) takes them.
enum RegexText {
  /// A text that is to be matched as it is.
  static func quoted(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar.isASCII, !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar), scalar != "_" {
        result.append("\\")
      }
      result.append(scalar)
    }
    return String(result)
  }

  /// A text that is to be put in as it is.
  static func replacement(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "$" { result.append("$") }
      if scalar == "\\" { result.append("\\") }
      result.append(scalar)
    }
    return String(result)
  }

  /// What a component looks for.
  static func pattern(_ pattern: SearchPattern) throws(TokenizerIRError) -> String {
    switch pattern {
    case .literal(let text): quoted(text)
    case .regex(let regex): try fromOniguruma(regex)
    }
  }

  /// An expression of Oniguruma in PCRE2's spelling.
  ///
  /// `^` and `$` hold at every line, `\h` is a hexadecimal digit, `\uXXXX` is a code point, a class may hold
  /// classes and one intersection. Intervals cannot become possessive there.
  static func fromOniguruma(_ regex: String) throws(TokenizerIRError) -> String {
    var reader = OnigurumaReader(regex)
    return try reader.translated()
  }
}

/// Reads an expression of Oniguruma and writes it for PCRE2.
private struct OnigurumaReader {
  private let regex: String
  private let scalars: [Unicode.Scalar]
  private var at = 0
  private var hasLineAnchor = false

  init(_ regex: String) {
    self.regex = regex
    scalars = Array(regex.unicodeScalars)
  }

  private func peek(_ distance: Int = 0) -> Unicode.Scalar? {
    at + distance < scalars.count ? scalars[at + distance] : nil
  }

  mutating func translated() throws(TokenizerIRError) -> String {
    var result = ""
    while let next = peek() {
      switch next {
      case "\\": result += escape(inBracket: false)
      case "[":
        at += 1
        result += try bracket().text
      case "}" where peek(1) == "+" && endsInterval:
        throw .unsupported("the pattern \(regex) repeats an interval")
      default:
        if next == "^" || next == "$" { hasLineAnchor = true }
        result.unicodeScalars.append(next)
        at += 1
      }
    }
    return (hasLineAnchor ? "(?m)" : "") + result
  }

  private mutating func escape(inBracket: Bool) -> String {
    let following = peek(1)
    at += following == nil ? 1 : 2
    switch following {
    case "h": return inBracket ? "0-9A-Fa-f" : "[0-9A-Fa-f]"
    case "u":
      let digits = scalars[at..<min(at + 4, scalars.count)].map { String($0) }.joined()
      at = min(at + 4, scalars.count)
      return "\\x{\(digits)}"
    case let letter?: return "\\" + String(letter)
    case nil: return "\\"
    }
  }

  /// A class whose `[` has been read, and what stands between its brackets.
  private mutating func bracket() throws(TokenizerIRError) -> (text: String, items: String, isNegated: Bool) {
    var items = ""
    var condition: String?
    let isNegated = peek() == "^"
    if isNegated { at += 1 }
    while let next = peek(), next != "]" || items.isEmpty {
      if next == "\\" {
        items += escape(inBracket: true)
      } else if next == "[", peek(1) != ":" {
        at += 1
        let inner = try bracket()
        if inner.isNegated { throw .unsupported("the pattern \(regex) nests character classes") }
        items += inner.items
      } else if next == "[" {
        items += posixClass()
      } else if next == "&", peek(1) == "&" {
        guard peek(2) == "[", condition == nil, !isNegated else {
          throw .unsupported("the pattern \(regex) intersects character classes")
        }
        at += 3
        let inner = try bracket()
        condition = inner.isNegated ? "(?![\(inner.items)])" : "(?=[\(inner.items)])"
      } else {
        items.unicodeScalars.append(next)
        at += 1
      }
    }
    at += 1
    let text = "[" + (isNegated ? "^" : "") + items + "]"
    return (condition.map { "(?:\($0)\(text))" } ?? text, items, isNegated)
  }

  /// `[:name:]` as it is.
  private mutating func posixClass() -> String {
    var text = ""
    while let next = peek() {
      text.unicodeScalars.append(next)
      at += 1
      if next == "]" { break }
    }
    return text
  }

  private var endsInterval: Bool {
    guard let start = scalars[..<at].lastIndex(of: "{"), start < at - 1 else { return false }
    return scalars[(start + 1)..<at].allSatisfy { ("0"..."9").contains($0) || $0 == "," }
  }
}
