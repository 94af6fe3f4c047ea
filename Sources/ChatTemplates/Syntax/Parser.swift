/// Reads the statements of a template; expressions are in `ExpressionParser.swift`.
struct Parser {
  private let tokens: [Token]
  private var index = 0
  let limits: TemplateLimits
  /// Blocks and brackets around the current token.
  var depth = 0
  /// Whether an unknown filter is an error only when it runs, as it is directly inside of `if`.
  var isInsideIf = false
  /// Filters and tests that do not exist, used where that is an error even if they never run.
  var unknownNames: [TemplateError] = []
  private var loopDepth = 0
  /// For every macro around the current token, the special names that its body used so far.
  private var specialNames: [Set<String>] = []

  init(source: String, limits: TemplateLimits) throws(TemplateError) {
    var lexer = Lexer(source)
    tokens = try lexer.tokenize()
    self.limits = limits
  }

  var current: Token { tokens[index] }
  var next: Token { tokens[min(index + 1, tokens.count - 1)] }
  var line: Int { tokens[index].line }

  mutating func advance() { if index + 1 < tokens.count { index += 1 } }

  func isName(_ name: String) -> Bool { current.kind == .name(name) }

  func isSymbol(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }

  mutating func skip(name: String) -> Bool {
    guard isName(name) else { return false }
    advance()
    return true
  }

  mutating func skip(symbol: String) -> Bool {
    guard isSymbol(symbol) else { return false }
    advance()
    return true
  }

  mutating func expect(symbol: String) throws(TemplateError) {
    guard skip(symbol: symbol) else { throw unexpected(wanted: "'\(symbol)'") }
  }

  mutating func expectName() throws(TemplateError) -> String {
    guard case .name(let name) = current.kind else { throw unexpected(wanted: "a name") }
    advance()
    return name
  }

  func unexpected(wanted: String) -> TemplateError {
    TemplateError(.syntax, line: line, "expected \(wanted), got '\(current.text)'")
  }

  mutating func enter() throws(TemplateError) {
    depth += 1
    if depth > limits.nesting { throw tooDeep() }
  }

  func tooDeep() -> TemplateError {
    TemplateError(.limit, line: line, "blocks or expressions nested deeper than \(limits.nesting) levels")
  }

  mutating func noteUse(of name: String) {
    guard name == "caller" || name == "varargs" || name == "kwargs" else { return }
    for index in specialNames.indices { specialNames[index].insert(name) }
  }

  mutating func parseTemplate() throws(TemplateError) -> [Statement] {
    let body = try parseBody(until: [])
    guard current.kind == .end else { throw unexpected(wanted: "the end of the template") }
    if let unknown = unknownNames.first { throw unknown }
    return body
  }

  /// Statements up to a tag that begins with one of the `ends`, which is left as the current token.
  private mutating func parseBody(until ends: [String]) throws(TemplateError) -> [Statement] {
    try enter()
    defer { depth -= 1 }
    var body: [Statement] = []
    while true {
      let line = line
      switch current.kind {
      case .data(let text):
        advance()
        body.append(Statement(line: line, kind: .text(text)))
      case .variableBegin:
        advance()
        let value = try parseTuple()
        guard current.kind == .variableEnd else { throw unexpected(wanted: "'}}'") }
        advance()
        body.append(Statement(line: line, kind: .output(value)))
      case .blockBegin:
        advance()
        if case .name(let name) = current.kind, ends.contains(name) { return body }
        body.append(contentsOf: try parseStatement())
        guard current.kind == .blockEnd else { throw unexpected(wanted: "'%}'") }
        advance()
      default:
        if ends.isEmpty { return body }
        throw TemplateError(
          .syntax, line: line,
          "the template ends, but '\(ends.joined(separator: "' or '"))' is still expected")
      }
    }
  }

  /// The body of a block, from its opening tag's end to the name in its closing tag, which is consumed.
  private mutating func parseBlock(until ends: String..., soft: Bool = false) throws(TemplateError) -> (
    [Statement], end: String
  ) {
    _ = skip(symbol: ":")
    guard current.kind == .blockEnd else { throw unexpected(wanted: "'%}'") }
    advance()
    let outer = isInsideIf
    isInsideIf = soft
    defer { isInsideIf = outer }
    let body = try parseBody(until: ends)
    return (body, try expectName())
  }

  private mutating func parseStatement() throws(TemplateError) -> [Statement] {
    let line = line
    let name = try expectName()
    let kind: Statement.Kind
    switch name {
    case "if": kind = try parseIf()
    case "for": kind = try parseFor()
    case "set": kind = try parseSet()
    case "macro": kind = .macro(try parseMacro())
    case "call": kind = try parseCallBlock(line)
    case "filter":
      let filters = try parseFilterChain(startsInline: true)
      kind = .filterBlock(filters, try parseBlock(until: "endfilter").0)
    case "with": kind = try parseWith()
    case "print": return try parsePrint()
    case "block": kind = try parseNamedBlock()
    case "generation":
      kind = .scoped(
        try parseOutsideOfLoops { (parser) throws(TemplateError) in
          try parser.parseBlock(until: "endgeneration").0
        })
    case "autoescape":
      guard case .literal(.bool(false)) = try parseExpression().kind else {
        throw TemplateError(
          .unsupported, line: line, "'autoescape' can only be false: prompts are no HTML")
      }
      kind = .scoped(try parseBlock(until: "endautoescape").0)
    case "break", "continue":
      guard loopDepth > 0 else { throw TemplateError(.syntax, line: line, "'\(name)' outside of a loop") }
      kind = name == "break" ? .breakLoop : .continueLoop
    case "include", "import", "from", "extends":
      while current.kind != .blockEnd, current.kind != .end { advance() }
      kind = .unsupported(name)
    default: throw TemplateError(.syntax, line: line, "encountered unknown tag '\(name)'")
    }
    return [Statement(line: line, kind: kind)]
  }

  private mutating func parseOutsideOfLoops<Result>(
    _ parse: (inout Parser) throws(TemplateError) -> Result
  ) throws(TemplateError) -> Result {
    let outer = loopDepth
    loopDepth = 0
    defer { loopDepth = outer }
    return try parse(&self)
  }

  private mutating func parseIf() throws(TemplateError) -> Statement.Kind {
    var branches: [Branch] = []
    while true {
      let outer = isInsideIf
      isInsideIf = true
      let test = try parseTuple(withConditional: false)
      isInsideIf = outer
      let (body, end) = try parseBlock(until: "elif", "else", "endif", soft: true)
      branches.append(Branch(test: test, body: body))
      if end == "endif" { return .ifElse(branches, otherwise: []) }
      if end == "else" {
        return .ifElse(branches, otherwise: try parseBlock(until: "endif", soft: true).0)
      }
    }
  }

  private mutating func parseFor() throws(TemplateError) -> Statement.Kind {
    loopDepth += 1
    let target = try parseTarget(endsAtIn: true)
    guard skip(name: "in") else { throw unexpected(wanted: "'in'") }
    let iterable = try parseTuple(withConditional: false, endsAtRecursive: true)
    let filter = skip(name: "if") ? try parseExpression() : nil
    let isRecursive = skip(name: "recursive")
    let (body, end) = try parseBlock(until: "endfor", "else")
    loopDepth -= 1
    let otherwise = end == "else" ? try parseBlock(until: "endfor").0 : []
    return .forLoop(
      ForLoop(
        target: target, iterable: iterable, filter: filter, isRecursive: isRecursive, body: body,
        otherwise: otherwise))
  }

  private mutating func parseSet() throws(TemplateError) -> Statement.Kind {
    let target = try parseTarget(allowsAttributes: true)
    if skip(symbol: "=") { return .set(target, try parseTuple()) }
    let filters = try parseFilterChain()
    let body = try parseOutsideOfLoops { (parser) throws(TemplateError) in
      try parser.parseBlock(until: "endset").0
    }
    return .setBlock(target, filters: filters, body)
  }

  private mutating func parseMacro() throws(TemplateError) -> MacroDefinition {
    let name = try expectName()
    return try parseMacroRest(name: name, parameters: try parseSignature(), end: "endmacro")
  }

  private mutating func parseMacroRest(
    name: String, parameters: [MacroDefinition.Parameter], end: String
  ) throws(TemplateError) -> MacroDefinition {
    specialNames.append([])
    let body = try parseOutsideOfLoops { (parser) throws(TemplateError) in try parser.parseBlock(until: end).0
    }
    let used = specialNames.popLast() ?? []
    return MacroDefinition(
      name: name, parameters: parameters, body: body, usesCaller: used.contains("caller"),
      usesVarargs: used.contains("varargs"), usesKwargs: used.contains("kwargs"))
  }

  private mutating func parseSignature() throws(TemplateError) -> [MacroDefinition.Parameter] {
    try expect(symbol: "(")
    var parameters: [MacroDefinition.Parameter] = []
    while !isSymbol(")") {
      if !parameters.isEmpty { try expect(symbol: ",") }
      let name = try parseAssignableName()
      let defaultValue = skip(symbol: "=") ? try parseExpression() : nil
      if defaultValue == nil, parameters.last?.defaultValue != nil {
        throw TemplateError(.syntax, line: line, "non-default argument follows default argument")
      }
      parameters.append(.init(name: name, defaultValue: defaultValue))
    }
    try expect(symbol: ")")
    return parameters
  }

  private mutating func parseCallBlock(_ line: Int) throws(TemplateError) -> Statement.Kind {
    let parameters = isSymbol("(") ? try parseSignature() : []
    let call = try parseExpression()
    guard case .call = call.kind else { throw TemplateError(.syntax, line: line, "expected call") }
    return .callBlock(try parseMacroRest(name: "caller", parameters: parameters, end: "endcall"), call: call)
  }

  private mutating func parseWith() throws(TemplateError) -> Statement.Kind {
    var bindings: [Binding] = []
    while current.kind != .blockEnd {
      if !bindings.isEmpty { try expect(symbol: ",") }
      let target = try parseTarget()
      try expect(symbol: "=")
      bindings.append(Binding(target: target, value: try parseExpression()))
    }
    return .with(bindings, try parseBlock(until: "endwith").0)
  }

  private mutating func parsePrint() throws(TemplateError) -> [Statement] {
    var outputs: [Statement] = []
    while current.kind != .blockEnd {
      if !outputs.isEmpty { try expect(symbol: ",") }
      outputs.append(Statement(line: line, kind: .output(try parseExpression())))
    }
    return outputs
  }

  private mutating func parseNamedBlock() throws(TemplateError) -> Statement.Kind {
    let name = try expectName()
    let isScoped = skip(name: "scoped")
    _ = skip(name: "required")
    let body = try parseOutsideOfLoops { (parser) throws(TemplateError) in
      try parser.parseBlock(until: "endblock").0
    }
    _ = skip(name: name)
    return isScoped ? .scoped(body) : .block(body)
  }

  // MARK: Targets

  private mutating func parseAssignableName() throws(TemplateError) -> String {
    let name = try expectName()
    guard !["true", "false", "none", "True", "False", "None"].contains(name) else {
      throw TemplateError(.syntax, line: line, "can't assign to '\(name)'")
    }
    if name == "loop", loopDepth > 0 {
      throw TemplateError(.syntax, line: line, "can't assign to special loop variable in for-loop")
    }
    return name
  }

  private mutating func parseTarget(
    endsAtIn: Bool = false, allowsAttributes: Bool = false
  ) throws(TemplateError) -> Target {
    var (targets, isTuple): ([Target], Bool) = ([], false)
    while true {
      if !targets.isEmpty { try expect(symbol: ",") }
      if isSymbol(")") || (endsAtIn && isName("in")) || current.kind == .blockEnd { break }
      targets.append(try parseSingleTarget(allowsAttributes))
      guard isSymbol(",") else { break }
      isTuple = true
    }
    guard let first = targets.first else { throw unexpected(wanted: "a name to assign to") }
    return isTuple ? .tuple(targets) : first
  }

  private mutating func parseSingleTarget(_ allowsAttributes: Bool) throws(TemplateError) -> Target {
    if skip(symbol: "(") {
      try enter()
      defer { depth -= 1 }
      let target = try parseTarget()
      try expect(symbol: ")")
      return target
    }
    if allowsAttributes, next.kind == .symbol(".") {
      noteUse(of: current.text)
      let name = try expectName()
      advance()
      return .attribute(of: name, try expectName())
    }
    return .name(try parseAssignableName())
  }
}
