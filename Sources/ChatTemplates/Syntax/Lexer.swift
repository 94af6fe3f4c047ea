/// Cuts a template into text, tags and the tokens inside of tags.
///
/// White space works as transformers sets it up: the first newline after a block tag goes (`trim_blocks`), so does
/// the indentation before one (`lstrip_blocks`), and one newline at the template's end.
struct Lexer {
  private enum Tag { case variable, block, comment }

  private(set) var scalars: [Unicode.Scalar]
  var position = 0
  var line = 1
  private var tokens: [Token] = []
  private var brackets: [Unicode.Scalar] = []
  private var isAtLineStart = true

  init(_ source: String) {
    scalars = []
    scalars.reserveCapacity(source.utf8.count)
    var previous: Unicode.Scalar = "\0"
    for scalar in source.unicodeScalars {
      if scalar == "\r" {
        scalars.append("\n")
      } else if !(scalar == "\n" && previous == "\r") {
        scalars.append(scalar)
      }
      previous = scalar
    }
    if scalars.last == "\n" { scalars.removeLast() }
  }

  mutating func tokenize() throws(TemplateError) -> [Token] {
    while position < scalars.count {
      guard let (start, tag) = nextTag() else {
        emitData(from: position, to: scalars.count)
        advance(to: scalars.count)
        break
      }
      if tag == .block, let contents = rawContents(at: start) {
        let sign = scalars[start + 2]
        emitData(before: start, sign: sign, stripsIndent: true)
        try lexRaw(from: contents)
      } else {
        try lex(tag, at: start)
      }
    }
    tokens.append(Token(line: line, kind: .end))
    return tokens
  }

  func at(_ index: Int) -> Unicode.Scalar { index < scalars.count ? scalars[index] : "\0" }

  func matches(_ text: StaticString, at index: Int) -> Bool {
    let length = text.utf8CodeUnitCount
    guard index >= 0, index + length <= scalars.count else { return false }
    for offset in 0..<length where scalars[index + offset].value != UInt32(text.utf8Start[offset]) {
      return false
    }
    return true
  }

  mutating func advance(to end: Int) {
    for index in position..<max(position, end) where scalars[index] == "\n" { line += 1 }
    position = max(position, end)
  }

  private func skippingSpace(from index: Int) -> Int {
    var index = index
    while index < scalars.count, Text.isSpace(scalars[index]) { index += 1 }
    return index
  }

  private func nextTag() -> (Int, Tag)? {
    var index = position
    while index + 1 < scalars.count {
      if scalars[index] == "{" {
        switch scalars[index + 1] {
        case "{": return (index, .variable)
        case "%": return (index, .block)
        case "#": return (index, .comment)
        default: break
        }
      }
      index += 1
    }
    return nil
  }

  private mutating func emitData(from start: Int, to end: Int) {
    guard start < end else { return }
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars[start..<end])
    tokens.append(Token(line: line, kind: .data(text)))
  }

  /// Emits the text up to a tag, without what the tag's sign or `lstrip_blocks` takes away.
  private mutating func emitData(before start: Int, sign: Unicode.Scalar, stripsIndent: Bool) {
    var end = start
    if sign == "-" {
      while end > position, Text.isSpace(scalars[end - 1]) { end -= 1 }
    } else if sign != "+", stripsIndent {
      var lineStart = start
      while lineStart > position, scalars[lineStart - 1] != "\n" { lineStart -= 1 }
      let isWholeLine = lineStart > position || isAtLineStart
      if isWholeLine, (lineStart..<start).allSatisfy({ Text.isSpace(scalars[$0]) }) { end = lineStart }
    }
    emitData(from: position, to: end)
    advance(to: start)
  }

  private mutating func lex(_ tag: Tag, at start: Int) throws(TemplateError) {
    let sign = at(start + 2)
    emitData(before: start, sign: sign, stripsIndent: tag != .variable)
    let inside = start + (sign == "-" || sign == "+" ? 3 : 2)
    advance(to: inside)
    switch tag {
    case .comment: try lexComment()
    case .variable:
      tokens.append(Token(line: line, kind: .variableBegin))
      try lexInside(.variable)
    case .block:
      tokens.append(Token(line: line, kind: .blockBegin))
      try lexInside(.block)
    }
  }

  /// Goes past a tag's end and whatever white space goes with it.
  private mutating func close(at end: Int, sign: Unicode.Scalar, trims: Bool) {
    var next = end
    if sign == "-" {
      next = skippingSpace(from: end)
    } else if trims, sign != "+", at(end) == "\n", end < scalars.count {
      next = end + 1
    }
    isAtLineStart = next > 0 && scalars[next - 1] == "\n"
    advance(to: next)
  }

  private mutating func lexComment() throws(TemplateError) {
    var index = position
    while !matches("#}", at: index) {
      index += 1
      if index >= scalars.count { throw TemplateError(.syntax, line: line, "a comment without its end '#}'") }
    }
    let sign = index > position ? scalars[index - 1] : " "
    close(at: index + 2, sign: sign, trims: true)
  }

  /// Where the contents of a `{% raw %}` tag that begins at `start` begin, if it is one.
  private func rawContents(at start: Int) -> Int? {
    var index = start + 2
    if at(index) == "-" || at(index) == "+" { index += 1 }
    index = skippingSpace(from: index)
    guard matches("raw", at: index) else { return nil }
    index = skippingSpace(from: index + 3)
    if matches("-%}", at: index) { return skippingSpace(from: index + 3) }
    return matches("%}", at: index) ? index + 2 : nil
  }

  private mutating func lexRaw(from contents: Int) throws(TemplateError) {
    advance(to: contents)
    isAtLineStart = scalars[contents - 1] == "\n"
    var start = contents
    while start < scalars.count {
      if matches("{%", at: start) {
        let sign = at(start + 2)
        var index = skippingSpace(from: start + (sign == "-" || sign == "+" ? 3 : 2))
        if matches("endraw", at: index) {
          index = skippingSpace(from: index + 6)
          let endSign = at(index)
          if endSign == "-" || endSign == "+" { index += 1 }
          if matches("%}", at: index) {
            emitData(before: start, sign: sign, stripsIndent: true)
            close(at: index + 2, sign: endSign, trims: true)
            return
          }
        }
      }
      start += 1
    }
    throw TemplateError(.syntax, line: line, "a raw block without its end")
  }

  private mutating func lexInside(_ tag: Tag) throws(TemplateError) {
    let startLine = line
    while position < scalars.count {
      let scalar = scalars[position]
      if Text.isSpace(scalar) {
        advance(to: position + 1)
      } else if brackets.isEmpty, tag == .variable,
        matches("}}", at: position) || matches("-}}", at: position)
      {
        tokens.append(Token(line: line, kind: .variableEnd))
        close(at: position + (scalar == "-" ? 3 : 2), sign: scalar, trims: false)
        return
      } else if brackets.isEmpty, tag == .block,
        matches("%}", at: position) || ((scalar == "-" || scalar == "+") && matches("%}", at: position + 1))
      {
        tokens.append(Token(line: line, kind: .blockEnd))
        close(at: position + (scalar == "%" ? 2 : 3), sign: scalar, trims: true)
        return
      } else {
        let tokenLine = line
        tokens.append(Token(line: tokenLine, kind: try lexToken(scalar)))
      }
    }
    throw TemplateError(.syntax, line: startLine, "a tag that begins here has no end")
  }

  private mutating func lexToken(_ scalar: Unicode.Scalar) throws(TemplateError) -> Token.Kind {
    if ("0"..."9").contains(scalar) { return try lexNumber() }
    if scalar == "'" || scalar == "\"" { return .string(try lexString(quote: scalar)) }
    if Text.isWord(scalar) { return .name(try lexName()) }
    return .symbol(try lexSymbol(scalar))
  }

  private mutating func lexName() throws(TemplateError) -> String {
    let start = position
    var end = start
    while end < scalars.count, Text.isWord(scalars[end]) { end += 1 }
    guard scalars[start] == "_" || scalars[start].properties.isXIDStart else {
      throw TemplateError(.syntax, line: line, "a name cannot begin with '\(scalars[start])'")
    }
    var name = ""
    name.unicodeScalars.append(contentsOf: scalars[start..<end])
    position = end
    return name
  }

  private mutating func lexSymbol(_ scalar: Unicode.Scalar) throws(TemplateError) -> String {
    for symbol in ["//", "**", "==", "!=", ">=", "<="] as [StaticString] where matches(symbol, at: position) {
      position += 2
      return symbol.description
    }
    guard "+-/*%~[](){}><=.:|,;".unicodeScalars.contains(scalar) else {
      throw TemplateError(.syntax, line: line, "unexpected character '\(scalar)'")
    }
    switch scalar {
    case "(", "[", "{": brackets.append(scalar)
    case ")", "]", "}":
      let expected: Unicode.Scalar = scalar == ")" ? "(" : scalar == "]" ? "[" : "{"
      guard brackets.popLast() == expected else {
        throw TemplateError(.syntax, line: line, "unexpected '\(scalar)'")
      }
    default: break
    }
    position += 1
    return String(scalar)
  }
}
