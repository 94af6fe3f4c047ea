/// A value with behaviour of its own: functions, macros, loops, namespaces.
protocol TemplateObject: AnyObject {
  /// The name of the type, for messages.
  var typeName: String { get }
  /// What it prints as.
  var description: String { get }
  var isCallable: Bool { get }
  var isHashable: Bool { get }
  /// Values inside one another that it keeps alive, so that freeing them cannot overflow the stack.
  var depth: Int { get }
  func attribute(_ name: String, _ interpreter: Interpreter) throws(TemplateError) -> Value?
  func call(_ arguments: Arguments, _ interpreter: Interpreter) throws(TemplateError) -> Value
}

extension TemplateObject {
  var description: String { "<\(typeName)>" }
  var isCallable: Bool { false }
  var isHashable: Bool { true }
  var depth: Int { 0 }

  func attribute(_ name: String, _ interpreter: Interpreter) throws(TemplateError) -> Value? { nil }

  func call(_ arguments: Arguments, _ interpreter: Interpreter) throws(TemplateError) -> Value {
    throw interpreter.error(.type, "'\(typeName)' object is not callable")
  }
}

/// A function of the engine, or a method bound to its value.
final class Function: TemplateObject {
  typealias Body = (Arguments, Interpreter) throws(TemplateError) -> Value

  let name: String
  let depth: Int
  private let body: Body

  /// A function that keeps a value with `depth` levels alive.
  init(_ name: String, depth: Int = 0, _ body: @escaping Body) {
    self.name = name
    self.depth = depth + 1
    self.body = body
  }

  var typeName: String { "builtin_function_or_method" }
  var description: String { "<built-in function \(name)>" }
  var isCallable: Bool { true }

  func call(_ arguments: Arguments, _ interpreter: Interpreter) throws(TemplateError) -> Value {
    try body(arguments, interpreter)
  }
}

/// The one object that a template can change: `namespace(…)` and `set ns.name = …`.
final class Namespace: TemplateObject {
  var attributes: DictValue.Members

  init(_ attributes: DictValue.Members) { self.attributes = attributes }

  var typeName: String { "Namespace" }

  func attribute(_ name: String, _ interpreter: Interpreter) throws(TemplateError) -> Value? {
    attributes[.string(name)]
  }
}

/// `joiner(", ")`: nothing at the first call, the separator at every later one.
final class Joiner: TemplateObject {
  private let separator: Value
  private var isUsed = false

  init(_ separator: Value) { self.separator = separator }

  var depth: Int { 1 + separator.depth }
  var typeName: String { "Joiner" }
  var isCallable: Bool { true }

  func call(_ arguments: Arguments, _ interpreter: Interpreter) throws(TemplateError) -> Value {
    _ = try arguments.bind([], required: 0, of: "joiner", interpreter)
    defer { isUsed = true }
    return isUsed ? separator : .string("")
  }

  func attribute(_ name: String, _ interpreter: Interpreter) throws(TemplateError) -> Value? {
    switch name {
    case "sep": separator
    case "used": .bool(isUsed)
    default: nil
    }
  }
}

/// `cycler(a, b, …)`: one value after the other, over and over.
final class Cycler: TemplateObject {
  private let items: [Value]
  private var position = 0
  let depth: Int

  init(_ items: [Value]) {
    self.items = items
    depth = 1 + items.reduce(0) { max($0, $1.depth) }
  }

  var typeName: String { "Cycler" }

  func attribute(_ name: String, _ interpreter: Interpreter) throws(TemplateError) -> Value? {
    switch name {
    case "current": return items[position]
    case "pos": return .int(position)
    case "items": return .tuple(ListValue(items))
    case "next":
      return .object(
        Function("next", depth: depth) { [self] (_, _) throws(TemplateError) in
          defer { position = (position + 1) % items.count }
          return items[position]
        })
    case "reset":
      return .object(
        Function("reset", depth: depth) { [self] (_, _) throws(TemplateError) in
          position = 0
          return .none
        })
    default: return nil
    }
  }
}

/// A `macro`, or the `caller` of a call block.
final class Macro: TemplateObject {
  let definition: MacroDefinition
  /// Where it was defined. Dropped when rendering ends, because a scope can hold the macro in turn.
  var closure: Scope?

  init(_ definition: MacroDefinition, closure: Scope) {
    self.definition = definition
    self.closure = closure
  }

  var typeName: String { "Macro" }
  var description: String { "<Macro '\(definition.name)'>" }
  var isCallable: Bool { true }

  func attribute(_ name: String, _ interpreter: Interpreter) throws(TemplateError) -> Value? {
    switch name {
    case "name": .string(definition.name)
    case "arguments": .tuple(ListValue(definition.parameters.map { .string($0.name) }))
    case "catch_kwargs": .bool(definition.usesKwargs)
    case "catch_varargs": .bool(definition.usesVarargs)
    case "caller": .bool(definition.usesCaller)
    default: nil
    }
  }

  func call(_ arguments: Arguments, _ interpreter: Interpreter) throws(TemplateError) -> Value {
    try interpreter.invoke(self, arguments)
  }
}
