import Foundation

/// Arithmetic and comparison of values, as Python does them.
extension Interpreter {
  private func overflow() -> TemplateError { error(.limit, "an integer beyond 64 bits") }

  private func unsupported(_ operation: String, _ left: Value, _ right: Value) -> TemplateError {
    for value in [left, right] { if case .undefined(let undefined) = value { return misuse(undefined) } }
    if operation == "+", case .string = left.plain {
      return error(.type, "can only concatenate str (not \"\(right.typeName)\") to str")
    }
    return error(
      .type, "unsupported operand type(s) for \(operation): '\(left.typeName)' and '\(right.typeName)'")
  }

  func apply(_ operation: BinaryOperator, _ left: Value, _ right: Value) throws(TemplateError) -> Value {
    if let result = try applyToMarkup(operation, left, right) { return result }
    switch (operation, left, right) {
    case (.add, .string(let left), .string(let right)):
      try charge(bytes: left.utf8.count + right.utf8.count)
      return .string(left + right)
    case (.add, .list(let left), .list(let right)): return try list(left.elements + right.elements)
    case (.add, .tuple(let left), .tuple(let right)): return try tuple(left.elements + right.elements)
    case (.modulo, .string(let format), _):
      return .string(try PercentFormat.apply(format, right, self))
    case (.multiply, _, _):
      if let result = try repeatSequence(left, right) { return result }
      if let result = try repeatSequence(right, left) { return result }
    default: break
    }
    if let left = left.integer, let right = right.integer { return try integer(operation, left, right) }
    guard let leftNumber = left.number, let rightNumber = right.number else {
      throw unsupported(operation.rawValue, left, right)
    }
    return .double(try double(operation, leftNumber, rightNumber))
  }

  private func repeatSequence(_ sequence: Value, _ count: Value) throws(TemplateError) -> Value? {
    guard let count = count.integer else { return nil }
    switch sequence {
    case .string(let text): return .string(try repeated(text, count))
    case .list(let list): return try self.list(try repeated(list.elements, count))
    case .tuple(let list): return try tuple(try repeated(list.elements, count))
    default: return nil
    }
  }

  private func repeated(_ elements: [Value], _ count: Int) throws(TemplateError) -> [Value] {
    guard count > 0, !elements.isEmpty else { return [] }
    let (size, overflow) = (32 * elements.count).multipliedReportingOverflow(by: count)
    try charge(bytes: overflow ? Int.max : size)
    return Array(repeatElement(elements, count: count).joined())
  }

  private func integer(
    _ operation: BinaryOperator, _ left: Int, _ right: Int
  ) throws(TemplateError) -> Value {
    func checked(_ result: (partialValue: Int, overflow: Bool)) throws(TemplateError) -> Value {
      if result.overflow { throw overflow() }
      return .int(result.partialValue)
    }
    if right == 0, [.divide, .floorDivide, .modulo].contains(operation) {
      throw error(
        .division, operation == .divide ? "division by zero" : "integer division or modulo by zero")
    }
    switch operation {
    case .add: return try checked(left.addingReportingOverflow(right))
    case .subtract: return try checked(left.subtractingReportingOverflow(right))
    case .multiply: return try checked(left.multipliedReportingOverflow(by: right))
    case .divide: return .double(Double(left) / Double(right))
    case .floorDivide:
      guard let quotient = Numbers.floorDivide(left, right) else { throw overflow() }
      return .int(quotient)
    case .modulo: return .int(Numbers.modulo(left, right))
    case .power:
      if right < 0 { return .double(try double(.power, Double(left), Double(right))) }
      guard let result = Numbers.power(left, right) else { throw overflow() }
      return .int(result)
    }
  }

  private func double(
    _ operation: BinaryOperator, _ left: Double, _ right: Double
  ) throws(TemplateError) -> Double {
    switch operation {
    case .add: return left + right
    case .subtract: return left - right
    case .multiply: return left * right
    case .divide, .floorDivide, .modulo:
      guard right != 0 else { throw error(.division, "float division by zero") }
      if operation == .divide { return left / right }
      let remainder = Numbers.modulo(left, right)
      if operation == .modulo { return remainder }
      return ((left - remainder) / right).rounded()
    case .power:
      if left == 0, right < 0 {
        throw error(.division, "0.0 cannot be raised to a negative power")
      }
      let result = pow(left, right)
      if result.isNaN, !left.isNaN, !right.isNaN { throw error(.value, "a power that is a complex number") }
      if result.isInfinite, left.isFinite, right.isFinite { throw error(.limit, "a number too large") }
      return result
    }
  }

  func negate(_ value: Value) throws(TemplateError) -> Value {
    if let integer = value.integer {
      guard integer != Int.min else { throw overflow() }
      return .int(-integer)
    }
    if let number = value.number { return .double(-number) }
    throw badUnary("-", value)
  }

  func plus(_ value: Value) throws(TemplateError) -> Value {
    if let integer = value.integer { return .int(integer) }
    if case .double = value { return value }
    throw badUnary("+", value)
  }

  private func badUnary(_ sign: String, _ value: Value) -> TemplateError {
    if case .undefined(let undefined) = value { return misuse(undefined) }
    return error(.type, "bad operand type for unary \(sign): '\(value.typeName)'")
  }

  // MARK: Comparison

  func equal(_ left: Value, _ right: Value) throws(TemplateError) -> Bool {
    try charge(steps: min(left.weight, right.weight) / 8)
    return left == right
  }

  func compare(
    _ left: Value, _ operation: ComparisonOperator, _ right: Value
  ) throws(TemplateError) -> Bool {
    switch operation {
    case .equal: try equal(left, right)
    case .notEqual: !(try equal(left, right))
    case .isIn: try contains(left, in: right)
    case .notIn: !(try contains(left, in: right))
    case .less: try precedes(left, right, "<")
    case .greater: try precedes(right, left, ">", isSwapped: true)
    case .lessOrEqual: try precedesOrEqual(left, right, "<=")
    case .greaterOrEqual: try precedesOrEqual(right, left, ">=", isSwapped: true)
    }
  }

  private func precedesOrEqual(
    _ left: Value, _ right: Value, _ symbol: String, isSwapped: Bool = false
  ) throws(TemplateError) -> Bool {
    let isLess = try precedes(left, right, symbol, isSwapped: isSwapped)
    return isLess ? true : try equal(left, right)
  }

  /// Python's `left < right`; `symbol` is what the template says, for the message.
  func precedes(
    _ left: Value, _ right: Value, _ symbol: String = "<", isSwapped: Bool = false
  ) throws(TemplateError) -> Bool {
    switch (left.plain, right.plain) {
    case (.string(let left), .string(let right)):
      try charge(steps: min(left.utf8.count, right.utf8.count) / 512)
      return Text.precedes(left, right)
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      for (first, second) in zip(left.elements, right.elements) where !(try equal(first, second)) {
        return try nested { () throws(TemplateError) in
          try precedes(first, second, symbol, isSwapped: isSwapped)
        }
      }
      return left.elements.count < right.elements.count
    default:
      if let left = left.integer, let right = right.integer { return left < right }
      if let left = left.number, let right = right.number { return left < right }
      let (first, second) = isSwapped ? (right, left) : (left, right)
      for case .undefined(let undefined) in [first, second] { throw misuse(undefined) }
      throw error(
        .type,
        "'\(symbol)' not supported between instances of '\(first.typeName)' and '\(second.typeName)'")
    }
  }

  /// Python's `needle in container`.
  func contains(_ needle: Value, in container: Value) throws(TemplateError) -> Bool {
    switch container.plain {
    case .string(let text):
      guard case .string(let part) = needle.plain else {
        throw error(.type, "'in <string>' requires string as left operand, not \(needle.typeName)")
      }
      try charge(steps: text.utf8.count / 64)
      return Text.contains(part, in: text)
    case .dict(let dict): return dict.members[try key(needle)] != nil
    case .view(let view) where view.kind == .keys: return view.dict.members[try key(needle)] != nil
    case .none, .bool, .int, .double, .object:
      throw error(.type, "argument of type '\(container.typeName)' is not iterable")
    default:
      for element in try elements(of: container) {
        try charge()
        if try equal(element, needle) { return true }
      }
      return false
    }
  }
}
