/// Numbers and strings inside of tags, written as Python writes them.
extension Lexer {
  /// The end of a run of digits that may have single underscores between them.
  private func digitsEnd(from start: Int, _ isDigit: (Unicode.Scalar) -> Bool) -> Int {
    var index = start
    while index < scalars.count {
      if isDigit(scalars[index]) {
        index += 1
      } else if scalars[index] == "_", index > start, isDigit(at(index + 1)) {
        index += 1
      } else {
        break
      }
    }
    return index
  }

  private func isDecimal(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  mutating func lexNumber() throws(TemplateError) -> Token.Kind {
    let start = position
    let whole = digitsEnd(from: start, isDecimal)
    var end = whole
    let followsDot = start > 0 && scalars[start - 1] == "."
    if !followsDot {
      if at(end) == ".", isDecimal(at(end + 1)) { end = digitsEnd(from: end + 1, isDecimal) }
      if at(end) == "e" || at(end) == "E" {
        let digits = at(end + 1) == "+" || at(end + 1) == "-" ? end + 2 : end + 1
        if isDecimal(at(digits)) { end = digitsEnd(from: digits, isDecimal) }
      }
    }
    if end > whole {
      position = end
      return .float(Double(plain(start, end)) ?? 0)
    }
    return .integer(try lexInteger(from: start, decimalEnd: whole))
  }

  private mutating func lexInteger(from start: Int, decimalEnd: Int) throws(TemplateError) -> Int {
    var (radix, digits, end) = (10, start, decimalEnd)
    if scalars[start] == "0" {
      switch at(start + 1) {
      case "x", "X": radix = 16
      case "o", "O": radix = 8
      case "b", "B": radix = 2
      default: break
      }
      if radix != 10 {
        digits = start + 2
        end = digitsEnd(from: digits) { scalar in Int(String(scalar), radix: radix) != nil && scalar.isASCII }
      }
    }
    guard end > digits, let value = Int(plain(digits, end), radix: radix) else {
      throw TemplateError(.syntax, line: line, "an integer that is malformed or beyond 64 bits")
    }
    position = end
    return value
  }

  private func plain(_ start: Int, _ end: Int) -> String {
    var text = ""
    for scalar in scalars[start..<end] where scalar != "_" { text.unicodeScalars.append(scalar) }
    return text
  }

  mutating func lexString(quote: Unicode.Scalar) throws(TemplateError) -> String {
    let startLine = line
    var text = String.UnicodeScalarView()
    advance(to: position + 1)
    while position < scalars.count {
      let scalar = scalars[position]
      advance(to: position + 1)
      if scalar == quote { return String(text) }
      if scalar == "\\" {
        try lexEscape(into: &text)
      } else {
        text.append(scalar)
      }
    }
    throw TemplateError(.syntax, line: startLine, "a string without its closing quote")
  }

  private mutating func lexEscape(into text: inout String.UnicodeScalarView) throws(TemplateError) {
    let scalar = at(position)
    let start = position
    advance(to: min(position + 1, scalars.count))
    switch scalar {
    case "\n": break
    case "\\", "'", "\"": text.append(scalar)
    case "a": text.append("\u{07}")
    case "b": text.append("\u{08}")
    case "f": text.append("\u{0C}")
    case "n": text.append("\n")
    case "r": text.append("\r")
    case "t": text.append("\t")
    case "v": text.append("\u{0B}")
    case "0"..."7":
      var end = start
      while end < start + 3, ("0"..."7").contains(at(end)) { end += 1 }
      position = end
      text.append(try scalarValue(plain(start, end), radix: 8))
    case "x": text.append(try lexHexadecimal(digits: 2))
    case "u": text.append(try lexHexadecimal(digits: 4))
    case "U": text.append(try lexHexadecimal(digits: 8))
    case "N": throw TemplateError(.syntax, line: line, "escapes with a character's name are not supported")
    default: appendUnknownEscape(scalar, to: &text)
    }
  }

  /// Python keeps the backslash of an unknown escape; a character outside of ASCII then shows as its own escape.
  private func appendUnknownEscape(_ scalar: Unicode.Scalar, to text: inout String.UnicodeScalarView) {
    text.append("\\")
    if scalar.isASCII {
      text.append(scalar)
    } else {
      let digits = String(scalar.value, radix: 16)
      let (letter, count) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
      text.append(
        contentsOf: (letter + String(repeating: "0", count: count - digits.count) + digits).unicodeScalars)
    }
  }

  private mutating func lexHexadecimal(digits: Int) throws(TemplateError) -> Unicode.Scalar {
    var end = position
    while end < position + digits, at(end).properties.isASCIIHexDigit { end += 1 }
    guard end == position + digits else {
      throw TemplateError(.syntax, line: line, "an escape that needs \(digits) hexadecimal digits")
    }
    defer { position = end }
    return try scalarValue(plain(position, end), radix: 16)
  }

  private func scalarValue(_ digits: String, radix: Int) throws(TemplateError) -> Unicode.Scalar {
    guard let value = UInt32(digits, radix: radix), let scalar = Unicode.Scalar(value) else {
      throw TemplateError(.syntax, line: line, "an escape that is no character: \(digits)")
    }
    return scalar
  }
}
