/// Reads expressions by precedence: `if else`, `or`, `and`, `not`, comparisons, `+ -`, `~`, `* / // %`, `**`, unary
/// signs, then calls, subscripts, filters and tests.
extension Parser {
  func make(
    _ line: Int, _ kind: Expression.Kind, _ children: Expression?...
  ) throws(TemplateError) -> Expression {
    try make(line, kind, over: children.compactMap { $0 })
  }

  func make(
    _ line: Int, _ kind: Expression.Kind, over children: [Expression]
  ) throws(TemplateError) -> Expression {
    let height = 1 + (children.lazy.map(\.height).max() ?? 0)
    if height > limits.nesting { throw tooDeep() }
    return Expression(line: line, height: height, kind: kind)
  }

  mutating func parseExpression() throws(TemplateError) -> Expression {
    try enter()
    defer { depth -= 1 }
    let line = line
    let unknownBefore = unknownNames.count
    var value = try parseOr()
    while skip(name: "if") {
      let test = try parseOr()
      let otherwise = skip(name: "else") ? try parseExpression() : nil
      unknownNames.removeSubrange(unknownBefore...)
      value = try make(
        line, .conditional(test: test, then: value, otherwise: otherwise), test, value, otherwise)
    }
    return value
  }

  private mutating func parseOr() throws(TemplateError) -> Expression {
    let line = line
    var left = try parseAnd()
    while skip(name: "or") {
      let right = try parseAnd()
      left = try make(line, .or(left, right), left, right)
    }
    return left
  }

  private mutating func parseAnd() throws(TemplateError) -> Expression {
    let line = line
    var left = try parseNot()
    while skip(name: "and") {
      let right = try parseNot()
      left = try make(line, .and(left, right), left, right)
    }
    return left
  }

  private mutating func parseNot() throws(TemplateError) -> Expression {
    let line = line
    guard skip(name: "not") else { return try parseComparison() }
    try enter()
    defer { depth -= 1 }
    let operand = try parseNot()
    return try make(line, .not(operand), operand)
  }

  private mutating func comparisonOperator() -> ComparisonOperator? {
    switch current.kind {
    case .symbol(let symbol):
      guard let operation = ComparisonOperator(rawValue: symbol) else { return nil }
      advance()
      return operation
    case .name("in"):
      advance()
      return .isIn
    case .name("not") where next.kind == .name("in"):
      advance()
      advance()
      return .notIn
    default: return nil
    }
  }

  private mutating func parseComparison() throws(TemplateError) -> Expression {
    let line = line
    let first = try parseSum()
    var comparisons: [Comparison] = []
    while let operation = comparisonOperator() {
      comparisons.append(Comparison(operation: operation, operand: try parseSum()))
    }
    if comparisons.isEmpty { return first }
    return try make(line, .compare(first, comparisons), over: [first] + comparisons.map(\.operand))
  }

  private mutating func parseSum() throws(TemplateError) -> Expression {
    let line = line
    var left = try parseConcat()
    while isSymbol("+") || isSymbol("-") {
      let operation: BinaryOperator = isSymbol("+") ? .add : .subtract
      advance()
      let right = try parseConcat()
      left = try make(line, .binary(operation, left, right), left, right)
    }
    return left
  }

  private mutating func parseConcat() throws(TemplateError) -> Expression {
    let line = line
    var parts = [try parseProduct()]
    while skip(symbol: "~") { parts.append(try parseProduct()) }
    return parts.count == 1 ? parts[0] : try make(line, .concat(parts), over: parts)
  }

  private mutating func parseProduct() throws(TemplateError) -> Expression {
    let line = line
    var left = try parsePower()
    while case .symbol(let symbol) = current.kind, ["*", "/", "//", "%"].contains(symbol),
      let operation = BinaryOperator(rawValue: symbol)
    {
      advance()
      let right = try parsePower()
      left = try make(line, .binary(operation, left, right), left, right)
    }
    return left
  }

  private mutating func parsePower() throws(TemplateError) -> Expression {
    let line = line
    var left = try parseUnary()
    while skip(symbol: "**") {
      let right = try parseUnary()
      left = try make(line, .binary(.power, left, right), left, right)
    }
    return left
  }

  private mutating func parseUnary(withFilters: Bool = true) throws(TemplateError) -> Expression {
    let line = line
    var value: Expression
    if isSymbol("-") || isSymbol("+") {
      let isNegative = isSymbol("-")
      advance()
      try enter()
      defer { depth -= 1 }
      let operand = try parseUnary(withFilters: false)
      value = try make(line, isNegative ? .negate(operand) : .plus(operand), operand)
    } else {
      value = try parsePrimary()
    }
    value = try parsePostfix(value)
    return withFilters ? try parseFilters(value) : value
  }

  mutating func parsePrimary() throws(TemplateError) -> Expression {
    let line = line
    switch current.kind {
    case .name(let name):
      advance()
      switch name {
      case "true", "True": return try make(line, .literal(.bool(true)))
      case "false", "False": return try make(line, .literal(.bool(false)))
      case "none", "None": return try make(line, .literal(.none))
      default:
        noteUse(of: name)
        return try make(line, .name(name))
      }
    case .string(var text):
      advance()
      while case .string(let more) = current.kind {
        text += more
        advance()
      }
      return try make(line, .literal(.string(text)))
    case .integer(let value):
      advance()
      return try make(line, .literal(.int(value)))
    case .float(let value):
      advance()
      return try make(line, .literal(.double(value)))
    case .symbol("("):
      advance()
      let value = try parseTuple(allowsEmpty: true)
      try expect(symbol: ")")
      return value
    case .symbol("["): return try parseList()
    case .symbol("{"): return try parseDict()
    default: throw TemplateError(.syntax, line: line, "unexpected '\(current.text)'")
    }
  }

  /// One expression, or several with commas between them, which make a tuple.
  mutating func parseTuple(
    withConditional: Bool = true, endsAtRecursive: Bool = false, allowsEmpty: Bool = false
  ) throws(TemplateError) -> Expression {
    let line = line
    var (elements, isTuple): ([Expression], Bool) = ([], false)
    while true {
      if !elements.isEmpty { try expect(symbol: ",") }
      if isTupleEnd || (endsAtRecursive && isName("recursive")) { break }
      elements.append(withConditional ? try parseExpression() : try parseWithoutConditional())
      guard isSymbol(",") else { break }
      isTuple = true
    }
    if !isTuple {
      if let only = elements.first { return only }
      if !allowsEmpty { throw unexpected(wanted: "an expression") }
    }
    return try make(line, .tuple(elements), over: elements)
  }

  private mutating func parseWithoutConditional() throws(TemplateError) -> Expression {
    try enter()
    defer { depth -= 1 }
    return try parseOr()
  }

  private var isTupleEnd: Bool {
    switch current.kind {
    case .variableEnd, .blockEnd, .symbol(")"): true
    default: false
    }
  }

  private mutating func parseList() throws(TemplateError) -> Expression {
    let line = line
    try expect(symbol: "[")
    var elements: [Expression] = []
    while !isSymbol("]") {
      if !elements.isEmpty { try expect(symbol: ",") }
      if isSymbol("]") { break }
      elements.append(try parseExpression())
    }
    try expect(symbol: "]")
    return try make(line, .list(elements), over: elements)
  }

  private mutating func parseDict() throws(TemplateError) -> Expression {
    let line = line
    try expect(symbol: "{")
    var entries: [DictEntry] = []
    while !isSymbol("}") {
      if !entries.isEmpty { try expect(symbol: ",") }
      if isSymbol("}") { break }
      let key = try parseExpression()
      try expect(symbol: ":")
      entries.append(DictEntry(key: key, value: try parseExpression()))
    }
    try expect(symbol: "}")
    return try make(line, .dict(entries), over: entries.flatMap { [$0.key, $0.value] })
  }
}
