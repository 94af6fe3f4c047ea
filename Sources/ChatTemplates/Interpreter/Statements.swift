/// Running statements.
extension Interpreter {
  func execute(_ body: [Statement], in scope: Scope) throws(TemplateError) -> Flow {
    for statement in body {
      let flow = try execute(statement, in: scope)
      if flow != .normal { return flow }
    }
    return .normal
  }

  private func execute(_ statement: Statement, in scope: Scope) throws(TemplateError) -> Flow {
    line = statement.line
    try charge()
    try descend()
    defer { ascend() }
    switch statement.kind {
    case .text(let text): try write(text)
    case .output(let expression): try write(try evaluate(expression, scope).text(self))
    case .ifElse(let branches, let otherwise):
      for branch in branches where try evaluate(branch.test, scope).isTrue {
        return try execute(branch.body, in: scope)
      }
      return try execute(otherwise, in: scope)
    case .forLoop(let loop):
      try run(loop, over: try evaluate(loop.iterable, scope), depth: 0, in: scope)
    case .breakLoop: return .breakLoop
    case .continueLoop: return .continueLoop
    case .scoped(let body): return try execute(body, in: Scope(parent: scope))
    case .block(let body): return try execute(body, in: Scope(parent: rootScope))
    default: try define(statement, in: scope)
    }
    return .normal
  }

  private func define(_ statement: Statement, in scope: Scope) throws(TemplateError) {
    switch statement.kind {
    case .set(let target, let expression): try assign(try evaluate(expression, scope), to: target, in: scope)
    case .setBlock(let target, let filters, let body):
      let text = try capture { () throws(TemplateError) in _ = try execute(body, in: Scope(parent: scope)) }
      try assign(try apply(filters, to: try string(text), scope), to: target, in: scope)
    case .filterBlock(let filters, let body):
      let text = try capture { () throws(TemplateError) in _ = try execute(body, in: Scope(parent: scope)) }
      try write(try apply(filters, to: try string(text), scope).text(self))
    case .macro(let definition):
      scope.set(definition.name, .object(try macro(definition, closure: scope)))
    case .callBlock(let definition, let call):
      let caller = try macro(definition, closure: scope)
      try write(try evaluateCall(call, scope, caller: .object(caller)).text(self))
    case .with(let bindings, let body):
      let inner = Scope(parent: scope)
      for binding in bindings {
        try assign(try evaluate(binding.value, scope), to: binding.target, in: inner)
      }
      _ = try execute(body, in: inner)
    case .unsupported(let tag):
      throw TemplateError(
        .unsupported, line: statement.line,
        "a chat template cannot use '\(tag)': there are no other templates",
        mend: "put the text of the other template in its place")
    default: break
    }
  }

  private func apply(_ filters: [FilterCall], to value: Value, _ scope: Scope) throws(TemplateError) -> Value
  {
    var value = value
    for filter in filters { value = try applyFilter(filter, to: value, scope) }
    return value
  }

  private func assign(_ value: Value, to target: Target, in scope: Scope) throws(TemplateError) {
    switch target {
    case .name(let name): scope.set(name, value)
    case .attribute(let name, let attribute):
      guard case .object(let object) = scope.value(of: name), let namespace = object as? Namespace else {
        throw error(.missingFilter, "cannot assign attribute on non-namespace object")
      }
      try charge(bytes: 64)
      namespace.attributes[.string(attribute)] = value
    case .tuple(let targets):
      let values = try elements(of: value)
      guard values.count == targets.count else {
        throw error(
          .value,
          values.count > targets.count
            ? "too many values to unpack (expected \(targets.count))"
            : "not enough values to unpack (expected \(targets.count), got \(values.count))")
      }
      for (target, value) in zip(targets, values) { try assign(value, to: target, in: scope) }
    }
  }

  // MARK: Loops

  func run(_ loop: ForLoop, over iterable: Value, depth: Int, in scope: Scope) throws(TemplateError) {
    var items = try elements(of: iterable)
    if let filter = loop.filter {
      var kept: [Value] = []
      for item in items {
        let inner = Scope(parent: scope)
        try assign(item, to: loop.target, in: inner)
        if try evaluate(filter, inner).isTrue { kept.append(item) }
      }
      items = kept
    }
    let state = LoopState(loop, items, depth: depth, scope: scope)
    defer { state.scope = nil }
    let loopValue = try object(state)
    // As in the reference, `else` also runs when every pass ended early, by `break` or `continue`.
    var hasFullPass = false
    while state.advance() {
      try charge(steps: 4)
      let inner = Scope(parent: scope)
      inner.set("loop", loopValue)
      try assign(state.items[state.index0], to: loop.target, in: inner)
      let flow = try execute(loop.body, in: inner)
      if flow == .breakLoop { break }
      if flow == .normal { hasFullPass = true }
    }
    if !hasFullPass { _ = try execute(loop.otherwise, in: Scope(parent: scope)) }
  }

  // MARK: Macros

  func invoke(_ macro: Macro, _ arguments: Arguments) throws(TemplateError) -> Value {
    let callLine = line
    let definition = macro.definition
    let scope = Scope(parent: macro.closure ?? rootScope)
    var keywords = arguments.keywords
    let text = try nested { () throws(TemplateError) in
      try capture { () throws(TemplateError) in
        var hasOwnCaller = false
        for (index, parameter) in definition.parameters.enumerated() {
          if parameter.name == "caller" { hasOwnCaller = true }
          scope.set(
            parameter.name, try value(of: parameter, index, arguments.positional, &keywords, scope))
        }
        try setSpecialNames(of: definition, hasOwnCaller, arguments.positional, &keywords, scope)
        _ = try execute(definition.body, in: scope)
      }
    }
    line = callLine
    return .string(text)
  }

  private func value(
    of parameter: MacroDefinition.Parameter, _ index: Int, _ positional: [Value],
    _ keywords: inout OrderedKeywords, _ scope: Scope
  ) throws(TemplateError) -> Value {
    if index < positional.count { return positional[index] }
    if let value = keywords.removeValue(forKey: parameter.name) { return value }
    if let expression = parameter.defaultValue { return try evaluate(expression, scope) }
    return .undefined(Undefined("parameter '\(parameter.name)' was not provided"))
  }

  private func setSpecialNames(
    of definition: MacroDefinition, _ hasOwnCaller: Bool, _ positional: [Value],
    _ keywords: inout OrderedKeywords, _ scope: Scope
  ) throws(TemplateError) {
    if definition.usesCaller, !hasOwnCaller {
      let caller = keywords.removeValue(forKey: "caller")
      scope.set("caller", caller ?? .undefined(Undefined("No caller defined")))
    }
    if definition.usesKwargs {
      var members = DictValue.Members()
      for (name, value) in keywords { members[.string(name)] = value }
      scope.set("kwargs", try dict(members))
    } else if let name = keywords.keys.first {
      throw error(.type, "macro '\(definition.name)' takes no keyword argument '\(name)'")
    }
    let extra = positional.dropFirst(definition.parameters.count)
    if definition.usesVarargs {
      scope.set("varargs", try tuple(Array(extra)))
    } else if !extra.isEmpty {
      throw error(
        .type, "macro '\(definition.name)' takes not more than \(definition.parameters.count) argument(s)")
    }
  }
}
