/// The `loop` variable.
final class LoopState: TemplateObject {
  let items: [Value]
  private(set) var index0 = -1
  private let loop: ForLoop
  private let depth0: Int
  let depth: Int
  private var lastChanged: [Value]?
  /// Where the loop runs, for recursion into it; nil once it has ended.
  var scope: Scope?

  init(_ loop: ForLoop, _ items: [Value], depth: Int, scope: Scope) {
    self.loop = loop
    self.items = items
    self.scope = scope
    depth0 = depth
    self.depth = 1 + items.reduce(0) { max($0, $1.depth) }
  }

  var typeName: String { "LoopContext" }
  var description: String { "<LoopContext \(index0 + 1)/\(items.count)>" }
  var isCallable: Bool { true }

  func advance() -> Bool {
    guard index0 + 1 < items.count else { return false }
    index0 += 1
    return true
  }

  func attribute(_ name: String, _ interpreter: Interpreter) throws(TemplateError) -> Value? {
    switch name {
    case "index": .int(index0 + 1)
    case "index0": .int(index0)
    case "revindex": .int(items.count - index0)
    case "revindex0": .int(items.count - index0 - 1)
    case "first": .bool(index0 == 0)
    case "last": .bool(index0 + 1 == items.count)
    case "length": .int(items.count)
    case "depth": .int(depth0 + 1)
    case "depth0": .int(depth0)
    case "previtem":
      index0 > 0 ? items[index0 - 1] : .undefined(Undefined("there is no previous item"))
    case "nextitem":
      index0 + 1 < items.count ? items[index0 + 1] : .undefined(Undefined("there is no next item"))
    case "cycle": .object(Function("cycle", depth: depth, cycle))
    case "changed": .object(Function("changed", depth: depth, changed))
    default: nil
    }
  }

  private func cycle(_ arguments: Arguments, _ interpreter: Interpreter) throws(TemplateError) -> Value {
    guard !arguments.positional.isEmpty else { throw interpreter.error(.type, "no items for cycling given") }
    return arguments.positional[index0 % arguments.positional.count]
  }

  private func changed(_ arguments: Arguments, _ interpreter: Interpreter) throws(TemplateError) -> Value {
    for value in arguments.positional { try interpreter.charge(steps: value.weight / 8) }
    defer { lastChanged = arguments.positional }
    return .bool(lastChanged != arguments.positional)
  }

  /// `loop(children)` in a loop marked `recursive`: the loop's body over other items, as text.
  func call(_ arguments: Arguments, _ interpreter: Interpreter) throws(TemplateError) -> Value {
    guard loop.isRecursive, let scope else {
      throw interpreter.error(
        .type, "The loop must have the 'recursive' marker to be called recursively.")
    }
    let values = try arguments.bind(["iterable"], required: 1, of: "loop", interpreter)
    let line = interpreter.line
    defer { interpreter.line = line }
    let text = try interpreter.nested { () throws(TemplateError) in
      try interpreter.capture { () throws(TemplateError) in
        try interpreter.run(loop, over: values[0] ?? .none, depth: depth0 + 1, in: scope)
      }
    }
    return .string(text)
  }
}
