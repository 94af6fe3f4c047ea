/// The methods that values have, without those that would change a list or map of the caller.
enum Methods {
  typealias Method = @Sendable (Value, Arguments, Interpreter) throws(TemplateError) -> Value

  private static func table(of value: Value) -> [String: Method]? {
    switch value {
    case .string, .markup: StringMethods.all
    case .list, .tuple: sequence
    case .dict: dict
    case .double: double
    default: nil
    }
  }

  /// All names.
  static var names: Set<String> {
    Set(StringMethods.all.keys).union(sequence.keys).union(dict.keys).union(double.keys)
  }

  static func exists(_ name: String, on value: Value) -> Bool {
    guard table(of: value)?[name] != nil else { return false }
    if name == "copy", case .tuple = value { return false }
    return true
  }

  /// Whether the method exists in Python and the sandbox forbids it.
  static func isForbidden(_ name: String, on value: Value) -> Bool {
    switch value {
    case .list: ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"].contains(name)
    case .dict: ["clear", "pop", "popitem", "setdefault", "update"].contains(name)
    default: false
    }
  }

  static func call(
    _ name: String, on value: Value, _ arguments: Arguments, _ interpreter: Interpreter
  ) throws(TemplateError) -> Value {
    guard let method = table(of: value)?[name] else { return .none }
    if case .markup(let text) = value { return try interpreter.call(name, onMarkup: text, arguments) }
    if case .string(let text) = value { try interpreter.charge(steps: text.utf8.count / 64) }
    return try method(value, arguments, interpreter)
  }

  // MARK: Maps

  private static let dict: [String: Method] = [
    "items": view(.items), "keys": view(.keys), "values": view(.values),
    "get": { (value, arguments, interpreter) throws(TemplateError) in
      let bound = try arguments.bindPositional(1...2, of: "get", interpreter)
      guard case .dict(let dict) = value, let key = bound[0] else { return .none }
      return dict.members[try interpreter.key(key)] ?? bound[1] ?? .none
    },
    "copy": { (value, arguments, interpreter) throws(TemplateError) in
      _ = try arguments.bindPositional(0...0, of: "copy", interpreter)
      guard case .dict(let dict) = value else { return value }
      return try interpreter.dict(dict.members)
    },
  ]

  private static func view(_ kind: DictView.Kind) -> Method {
    { (value, arguments, interpreter) throws(TemplateError) in
      _ = try arguments.bindPositional(0...0, of: kind.rawValue, interpreter)
      guard case .dict(let dict) = value else { return .none }
      return .view(DictView(kind: kind, dict: dict))
    }
  }

  // MARK: Lists and tuples

  private static let sequence: [String: Method] = [
    "count": { (value, arguments, interpreter) throws(TemplateError) in
      let wanted = try arguments.bindPositional(1...1, of: "count", interpreter)[0] ?? .none
      var count = 0
      for element in try interpreter.elements(of: value) {
        try interpreter.charge()
        if try interpreter.equal(element, wanted) { count += 1 }
      }
      return .int(count)
    },
    "index": index,
    "copy": { (value, arguments, interpreter) throws(TemplateError) in
      _ = try arguments.bindPositional(0...0, of: "copy", interpreter)
      return try interpreter.list(try interpreter.elements(of: value))
    },
  ]

  private static let index: Method = { (value, arguments, interpreter) throws(TemplateError) in
    let bound = try arguments.bindPositional(1...3, of: "index", interpreter)
    let elements = try interpreter.elements(of: value)
    var limits = [0, elements.count]
    for position in 0..<2 {
      let index = try interpreter.integer(bound[position + 1], or: limits[position], "index")
      limits[position] = min(max(index < 0 ? index &+ elements.count : index, 0), elements.count)
    }
    if limits[0] < limits[1] {
      for index in limits[0]..<limits[1] {
        try interpreter.charge()
        if try interpreter.equal(elements[index], bound[0] ?? .none) { return .int(index) }
      }
    }
    throw interpreter.error(.value, "the value is not in the list")
  }

  private static let double: [String: Method] = [
    "is_integer": { (value, arguments, interpreter) throws(TemplateError) in
      _ = try arguments.bindPositional(0...0, of: "is_integer", interpreter)
      let number = value.number ?? 0
      return .bool(number.isFinite && number == number.rounded())
    }
  ]
}
