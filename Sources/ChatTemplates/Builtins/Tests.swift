/// The tests of Jinja: what can follow `is`.
enum Tests {
  typealias Test = @Sendable (Value, Arguments, Interpreter) throws(TemplateError) -> Bool

  static let all: [String: Test] = types.merging(comparisons) { $1 }.merging(numbers) { $1 }

  private static func plain(_ name: String, _ test: @escaping @Sendable (Value) -> Bool) -> Test {
    { (value, arguments, interpreter) throws(TemplateError) in
      _ = try arguments.bind([], required: 0, of: name, interpreter)
      return test(value)
    }
  }

  private static let types: [String: Test] = [
    "defined": plain("defined") { !$0.isUndefined },
    "undefined": plain("undefined") { $0.isUndefined },
    "none": plain("none") { $0.isNone },
    "boolean": plain("boolean") { if case .bool = $0 { true } else { false } },
    "true": plain("true") { if case .bool(true) = $0 { true } else { false } },
    "false": plain("false") { if case .bool(false) = $0 { true } else { false } },
    "integer": plain("integer") { if case .int = $0 { true } else { false } },
    "float": plain("float") { if case .double = $0 { true } else { false } },
    "number": plain("number") { $0.number != nil },
    "string": plain("string") { if case .string = $0.plain { true } else { false } },
    "mapping": plain("mapping") { if case .dict = $0 { true } else { false } },
    "sequence": plain("sequence") { value in
      switch value {
      case .string, .markup, .list, .tuple, .dict, .range, .undefined: true
      default: false
      }
    },
    "iterable": plain("iterable") { value in
      switch value {
      case .none, .bool, .int, .double: false
      case .object(let object): object is LoopState
      default: true
      }
    },
    "callable": plain("callable") { value in
      switch value {
      case .object(let object): object.isCallable
      // The reference's undefined value has a method for being called, which raises.
      case .undefined: true
      default: false
      }
    },
    "escaped": plain("escaped") { if case .markup = $0 { true } else { false } },
    "lower": { (value, arguments, interpreter) throws(TemplateError) in
      let text = try value.text(interpreter)
      try interpreter.charge(steps: text.utf8.count / 64)
      return Text.isLower(text)
    },
    "upper": { (value, arguments, interpreter) throws(TemplateError) in
      let text = try value.text(interpreter)
      try interpreter.charge(steps: text.utf8.count / 64)
      return Text.isUpper(text)
    },
    "filter": { (value, arguments, interpreter) throws(TemplateError) in
      guard case .string(let name) = try interpreter.key(value).plain else { return false }
      return Filters.all[name] != nil
    },
    "test": { (value, arguments, interpreter) throws(TemplateError) in
      guard case .string(let name) = try interpreter.key(value).plain else { return false }
      return all[name] != nil
    },
  ]

  private static func comparison(_ operation: ComparisonOperator) -> Test {
    { (value, arguments, interpreter) throws(TemplateError) in
      let bound = try arguments.bind(["other"], required: 1, of: operation.rawValue, interpreter)
      return try interpreter.compare(value, operation, bound[0] ?? .none)
    }
  }

  private static let comparisons: [String: Test] = {
    var tests: [String: Test] = [
      "sameas": { (value, arguments, interpreter) throws(TemplateError) in
        let bound = try arguments.bind(["other"], required: 1, of: "sameas", interpreter)
        return value.isSame(as: bound[0] ?? .none)
      }
    ]
    let names: [ComparisonOperator: [String]] = [
      .equal: ["==", "eq", "equalto"], .notEqual: ["!=", "ne"], .less: ["<", "lt", "lessthan"],
      .lessOrEqual: ["<=", "le"], .greater: [">", "gt", "greaterthan"], .greaterOrEqual: [">=", "ge"],
      .isIn: ["in"],
    ]
    for (operation, names) in names { for name in names { tests[name] = comparison(operation) } }
    return tests
  }()

  private static func isMultiple(
    _ value: Value, of divisor: Value, _ interpreter: Interpreter
  ) throws(TemplateError) -> Bool {
    let remainder = try interpreter.apply(.modulo, value, divisor)
    return remainder == .int(0)
  }

  private static let numbers: [String: Test] = [
    "even": { (value, arguments, interpreter) throws(TemplateError) in
      try isMultiple(value, of: .int(2), interpreter)
    },
    "odd": { (value, arguments, interpreter) throws(TemplateError) in
      try interpreter.apply(.modulo, value, .int(2)) == .int(1)
    },
    "divisibleby": { (value, arguments, interpreter) throws(TemplateError) in
      let bound = try arguments.bind(["num"], required: 1, of: "divisibleby", interpreter)
      return try isMultiple(value, of: bound[0] ?? .none, interpreter)
    },
  ]
}
