/// Evaluating expressions.
extension Interpreter {
  func evaluate(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
    try charge()
    switch expression.kind {
    case .literal(let literal): return Value(literal)
    case .name(let name): return scope.value(of: name) ?? .undefined(Undefined("'\(name)' is undefined"))
    default:
      try descend()
      defer { ascend() }
      line = expression.line
      return try evaluateCompound(expression, scope)
    }
  }

  private func evaluateCompound(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
    switch expression.kind {
    case .attribute(let base, let name): return try attribute(name, of: try evaluate(base, scope))
    case .item(let base, let key): return try evaluateItem(base, key, scope)
    case .call: return try evaluateCall(expression, scope)
    case .filter(let base, let call): return try applyFilter(call, to: try evaluate(base, scope), scope)
    case .test(let base, let call): return try applyTest(call, to: base, scope)
    case .not, .and, .or, .compare, .conditional: return try evaluateLogic(expression, scope)
    case .binary(let operation, let left, let right):
      let (left, right) = (try evaluate(left, scope), try evaluate(right, scope))
      line = expression.line
      return try apply(operation, left, right)
    case .negate(let operand): return try negate(try evaluate(operand, scope))
    case .plus(let operand): return try plus(try evaluate(operand, scope))
    case .concat(let parts): return try concatenate(parts, scope)
    default: return try evaluateDisplay(expression, scope)
    }
  }

  private func evaluateDisplay(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
    switch expression.kind {
    case .list(let elements): return try list(try evaluateAll(elements, scope))
    case .tuple(let elements): return try tuple(try evaluateAll(elements, scope))
    case .dict(let entries):
      var members = DictValue.Members()
      for entry in entries {
        let key = try key(try evaluate(entry.key, scope))
        members[key] = try evaluate(entry.value, scope)
      }
      return try dict(members)
    case .slice: throw error(.type, "a slice can only stand alone between brackets")
    default: return .none
    }
  }

  private func evaluateAll(_ expressions: [Expression], _ scope: Scope) throws(TemplateError) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(expressions.count)
    for expression in expressions { values.append(try evaluate(expression, scope)) }
    return values
  }

  private func evaluateLogic(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
    switch expression.kind {
    case .not(let operand): return .bool(!(try evaluate(operand, scope).isTrue))
    case .and(let left, let right):
      let value = try evaluate(left, scope)
      return value.isTrue ? try evaluate(right, scope) : value
    case .or(let left, let right):
      let value = try evaluate(left, scope)
      return value.isTrue ? value : try evaluate(right, scope)
    case .conditional(let test, let then, let otherwise):
      if try evaluate(test, scope).isTrue { return try evaluate(then, scope) }
      if let otherwise { return try evaluate(otherwise, scope) }
      return .undefined(
        Undefined("the inline if-expression evaluated to false and no else section was defined."))
    case .compare(let first, let comparisons):
      var left = try evaluate(first, scope)
      for comparison in comparisons {
        let right = try evaluate(comparison.operand, scope)
        line = expression.line
        guard try compare(left, comparison.operation, right) else { return .bool(false) }
        left = right
      }
      return .bool(true)
    default: return .none
    }
  }

  private func concatenate(_ parts: [Expression], _ scope: Scope) throws(TemplateError) -> Value {
    var text = ""
    for part in parts {
      let next = try evaluate(part, scope).text(self)
      try charge(bytes: next.utf8.count)
      text += next
    }
    return .string(text)
  }

  private func evaluateItem(
    _ base: Expression, _ key: Expression, _ scope: Scope
  ) throws(TemplateError) -> Value {
    let value = try evaluate(base, scope)
    guard case .slice(let start, let stop, let step) = key.kind else {
      return try item(try evaluate(key, scope), of: value)
    }
    var bounds: [Value] = []
    for bound in [start, stop, step] {
      if let bound { bounds.append(try evaluate(bound, scope)) } else { bounds.append(.none) }
    }
    return try slice(value, bounds[0], bounds[1], bounds[2])
  }

  // MARK: Calls

  func evaluate(_ arguments: CallArguments, _ scope: Scope) throws(TemplateError) -> Arguments {
    var result = Arguments(positional: try evaluateAll(arguments.positional, scope))
    for keyword in arguments.keywords { result.keywords[keyword.name] = try evaluate(keyword.value, scope) }
    if let spread = arguments.spread {
      result.positional += try elements(of: try evaluate(spread, scope))
      try charge(bytes: 32 * result.positional.count)
    }
    if let spread = arguments.spreadKeywords {
      let value = try evaluate(spread, scope)
      guard case .dict(let dict) = value else {
        throw error(.type, "argument after ** must be a mapping, not \(value.typeName)")
      }
      try charge(bytes: 96 * dict.members.count)
      for (key, value) in dict.members {
        guard case .string(let name) = key.plain else { throw error(.type, "keywords must be strings") }
        guard result.keywords.updateValue(value, forKey: name) == nil else {
          throw error(.type, "got multiple values for keyword argument '\(name)'")
        }
      }
    }
    return result
  }

  func evaluateCall(
    _ expression: Expression, _ scope: Scope, caller: Value? = nil
  ) throws(TemplateError) -> Value {
    guard case .call(let callee, let written) = expression.kind else { return .none }
    if case .attribute(let base, let name) = callee.kind {
      let receiver = try evaluate(base, scope)
      if Methods.exists(name, on: receiver), caller == nil {
        let arguments = try evaluate(written, scope)
        line = expression.line
        return try Methods.call(name, on: receiver, arguments, self)
      }
      line = callee.line
      return try call(try attribute(name, of: receiver), written, scope, caller, expression.line)
    }
    return try call(try evaluate(callee, scope), written, scope, caller, expression.line)
  }

  private func call(
    _ callee: Value, _ written: CallArguments, _ scope: Scope, _ caller: Value?, _ callLine: Int
  ) throws(TemplateError) -> Value {
    var arguments = try evaluate(written, scope)
    if let caller { arguments.keywords["caller"] = caller }
    line = callLine
    switch callee {
    case .object(let object): return try object.call(arguments, self)
    case .undefined(let undefined): throw misuse(undefined)
    default: throw error(.type, "'\(callee.typeName)' object is not callable")
    }
  }

  func applyFilter(_ call: FilterCall, to value: Value, _ scope: Scope) throws(TemplateError) -> Value {
    let arguments = try evaluate(call.arguments, scope)
    line = call.line
    return try applyFilter(named: call.name, to: value, arguments)
  }

  func applyFilter(
    named name: String, to value: Value, _ arguments: Arguments
  ) throws(TemplateError) -> Value {
    let filter = try filter(named: name)
    if case .string(let text) = value.plain { try charge(steps: text.utf8.count / 64) }
    if case .markup(let text) = value { return try applyFilter(named: name, toMarkup: text, arguments) }
    return try filter(value, arguments, self)
  }

  func filter(named name: String) throws(TemplateError) -> Filters.Filter {
    guard let filter = Filters.all[name] else { throw error(.missingFilter, "No filter named '\(name)'.") }
    return filter
  }

  private func applyTest(
    _ call: FilterCall, to base: Expression, _ scope: Scope
  ) throws(TemplateError) -> Value {
    let value = try evaluate(base, scope)
    let arguments = try evaluate(call.arguments, scope)
    line = call.line
    return .bool(try applyTest(named: call.name, to: value, arguments))
  }

  func applyTest(named name: String, to value: Value, _ arguments: Arguments) throws(TemplateError) -> Bool {
    guard let test = Tests.all[name] else { throw error(.missingFilter, "No test named '\(name)'.") }
    return try test(value, arguments, self)
  }

  /// The error of using an undefined value for more than printing it.
  func misuse(_ undefined: Undefined) -> TemplateError {
    error(undefined.isUnsafe ? .security : .undefined, undefined.message)
  }
}
