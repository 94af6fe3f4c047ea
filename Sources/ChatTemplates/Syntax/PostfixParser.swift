/// Reads what follows a value: attributes, subscripts, calls, filters and tests.
extension Parser {
  mutating func parsePostfix(_ value: Expression) throws(TemplateError) -> Expression {
    var value = value
    while true {
      if isSymbol(".") {
        value = try parseAttribute(value)
      } else if isSymbol("[") {
        value = try parseSubscript(value)
      } else if isSymbol("(") {
        value = try parseCall(value)
      } else {
        return value
      }
    }
  }

  private mutating func parseAttribute(_ value: Expression) throws(TemplateError) -> Expression {
    let line = line
    advance()
    switch current.kind {
    case .name(let name):
      advance()
      return try make(line, .attribute(value, name), value)
    case .integer(let position):
      advance()
      let key = try make(line, .literal(.int(position)))
      return try make(line, .item(value, key), value, key)
    default: throw unexpected(wanted: "a name or a number")
    }
  }

  private mutating func parseSubscript(_ value: Expression) throws(TemplateError) -> Expression {
    let line = line
    advance()
    var keys: [Expression] = []
    while !isSymbol("]") {
      if !keys.isEmpty { try expect(symbol: ",") }
      keys.append(try parseSlice())
    }
    try expect(symbol: "]")
    let key = keys.count == 1 ? keys[0] : try make(line, .tuple(keys), over: keys)
    return try make(line, .item(value, key), value, key)
  }

  private mutating func parseSlice() throws(TemplateError) -> Expression {
    let line = line
    let start = isSymbol(":") ? nil : try parseExpression()
    if let start, !isSymbol(":") { return start }
    advance()
    let stop = isSliceEnd || isSymbol(":") ? nil : try parseExpression()
    var step: Expression?
    if skip(symbol: ":"), !isSliceEnd { step = try parseExpression() }
    return try make(line, .slice(start, stop, step), start, stop, step)
  }

  private var isSliceEnd: Bool { isSymbol("]") || isSymbol(",") }

  private func children(_ arguments: CallArguments) -> [Expression] {
    arguments.positional + arguments.keywords.map(\.value)
      + [arguments.spread, arguments.spreadKeywords].compactMap { $0 }
  }

  private mutating func parseCall(_ value: Expression) throws(TemplateError) -> Expression {
    let line = line
    let arguments = try parseArguments()
    return try make(line, .call(value, arguments), over: [value] + children(arguments))
  }

  private mutating func parseArguments() throws(TemplateError) -> CallArguments {
    let line = line
    try expect(symbol: "(")
    var (arguments, isFirst) = (CallArguments(), true)
    while !isSymbol(")") {
      if !isFirst {
        try expect(symbol: ",")
        if isSymbol(")") { break }
      }
      isFirst = false
      let isInOrder: Bool
      if skip(symbol: "*") {
        isInOrder = arguments.spread == nil && arguments.spreadKeywords == nil
        arguments.spread = try parseExpression()
      } else if skip(symbol: "**") {
        isInOrder = arguments.spreadKeywords == nil
        arguments.spreadKeywords = try parseExpression()
      } else if case .name(let name) = current.kind, next.kind == .symbol("=") {
        isInOrder = arguments.spreadKeywords == nil && !arguments.keywords.contains { $0.name == name }
        advance()
        advance()
        arguments.keywords.append(.init(name: name, value: try parseExpression()))
      } else {
        isInOrder = arguments.spread == nil && arguments.spreadKeywords == nil && arguments.keywords.isEmpty
        arguments.positional.append(try parseExpression())
      }
      guard isInOrder else {
        throw TemplateError(.syntax, line: line, "invalid syntax for function call expression")
      }
    }
    try expect(symbol: ")")
    return arguments
  }

  // MARK: Filters and tests

  mutating func parseFilters(_ value: Expression) throws(TemplateError) -> Expression {
    var value = value
    while true {
      if isSymbol("|") {
        let line = line
        advance()
        let filter = try parseFilterCall()
        value = try make(line, .filter(value, filter), over: [value] + children(filter.arguments))
      } else if isName("is") {
        value = try parseTest(value)
      } else if isSymbol("(") {
        value = try parseCall(value)
      } else {
        return value
      }
    }
  }

  /// `| name(…) | name` after `set x` or, without the first bar, after the `filter` tag.
  mutating func parseFilterChain(startsInline: Bool = false) throws(TemplateError) -> [FilterCall] {
    var filters: [FilterCall] = []
    if startsInline { filters.append(try parseFilterCall()) }
    while skip(symbol: "|") { filters.append(try parseFilterCall()) }
    return filters
  }

  private mutating func parseDottedName() throws(TemplateError) -> String {
    var name = try expectName()
    while skip(symbol: ".") { name += "." + (try expectName()) }
    return name
  }

  private mutating func parseFilterCall() throws(TemplateError) -> FilterCall {
    let line = line
    let name = try parseDottedName()
    if Filters.all[name] == nil, !isInsideIf {
      unknownNames.append(TemplateError(.syntax, line: line, "No filter named '\(name)'."))
    }
    let arguments = isSymbol("(") ? try parseArguments() : CallArguments()
    return FilterCall(name: name, line: line, arguments: arguments)
  }

  private mutating func parseTest(_ value: Expression) throws(TemplateError) -> Expression {
    let line = line
    advance()
    let isNegated = skip(name: "not")
    let name = try parseDottedName()
    if Tests.all[name] == nil, !isInsideIf {
      unknownNames.append(TemplateError(.syntax, line: line, "No test named '\(name)'."))
    }
    let arguments = try parseTestArguments()
    let call = FilterCall(name: name, line: line, arguments: arguments)
    let test = try make(line, .test(value, call), over: [value] + children(arguments))
    return isNegated ? try make(line, .not(test), test) : test
  }

  private mutating func parseTestArguments() throws(TemplateError) -> CallArguments {
    switch current.kind {
    case .symbol("("): return try parseArguments()
    case .name("else"), .name("or"), .name("and"): return CallArguments()
    case .name("is"): throw TemplateError(.syntax, line: line, "You cannot chain multiple tests with is")
    case .name, .string, .integer, .float, .symbol("["), .symbol("{"):
      let operand = try parsePostfix(try parsePrimary())
      return CallArguments(positional: [operand])
    default: return CallArguments()
    }
  }
}
