import JSON
import OrderedCollections

/// A value of a template: what Python would hold there.
enum Value {
  case undefined(Undefined)
  case none
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  /// Text that counts as safe for HTML.
  case markup(String)
  case list(ListValue)
  case tuple(ListValue)
  case dict(DictValue)
  case range(RangeValue)
  case view(DictView)
  case iterator(IteratorValue)
  case object(any TemplateObject)
}

/// The absence of a value. Printing it gives nothing; most other uses are the error it carries.
struct Undefined {
  var message: String
  var isUnsafe = false

  /// Nothing that has a name.
  init(_ message: String, isUnsafe: Bool = false) {
    self.message = message
    self.isUnsafe = isUnsafe
  }
}

/// The elements of a list or tuple. They never change: the sandbox forbids the methods that would.
final class ListValue {
  let elements: [Value]
  /// Lists and maps inside one another, this one included.
  let depth: Int
  /// Values inside, all levels counted: the work of comparing it.
  let weight: Int
  /// The names of a named tuple's elements, as `groupby` makes them.
  let names: [String]

  init(_ elements: [Value], names: [String] = []) {
    self.elements = elements
    self.names = names
    depth = 1 + elements.lazy.map(\.depth).reduce(0, max)
    weight = elements.reduce(1) { Value.sum($0, $1.weight) }
  }
}

/// The members of a map in their order.
final class DictValue {
  typealias Members = OrderedDictionary<Value, Value>

  let members: Members
  let depth: Int
  let weight: Int

  init(_ members: Members) {
    self.members = members
    weight = members.reduce(1) { Value.sum($0, Value.sum($1.key.weight, $1.value.weight)) }
    let inner = members.reduce(0) { max($0, $1.key.depth, $1.value.depth) }
    depth = 1 + inner
  }
}

/// What `range` makes.
struct RangeValue: Equatable {
  var start: Int
  var stop: Int
  var step: Int

  var count: Int {
    guard step > 0 ? stop > start : start > stop else { return 0 }
    let distance = UInt(bitPattern: step > 0 ? stop &- start : start &- stop)
    return Int(clamping: (distance - 1) / step.magnitude + 1)
  }

  subscript(index: Int) -> Int { start + index * step }

  var values: [Value] { (0..<count).map { .int(self[$0]) } }
}

/// What `keys()`, `values()` and `items()` of a map give.
struct DictView {
  enum Kind: String { case keys, values, items }

  var kind: Kind
  var dict: DictValue

  var values: [Value] {
    switch kind {
    case .keys: Array(dict.members.keys)
    case .values: Array(dict.members.values)
    case .items: dict.members.map { .tuple(ListValue([$0.key, $0.value])) }
    }
  }
}

/// What Python's generators and iterators are: always true, without a length, and used up by the first look.
final class IteratorValue {
  typealias Source = (Interpreter) throws(TemplateError) -> [Value]

  private var source: Source?
  private var pending: [Value] = []
  private var next = 0

  /// Values inside one another that it keeps alive.
  let depth: Int

  /// An iterator whose elements are computed when the first of them is asked for.
  init(depth: Int, _ source: @escaping Source) {
    self.depth = depth
    self.source = source
  }

  /// All elements that are left.
  func drain(_ interpreter: Interpreter) throws(TemplateError) -> [Value] {
    try fill(interpreter)
    defer { next = pending.count }
    return Array(pending[next...])
  }

  func takeFirst(_ interpreter: Interpreter) throws(TemplateError) -> Value? {
    try fill(interpreter)
    guard next < pending.count else { return nil }
    defer { next += 1 }
    return pending[next]
  }

  private func fill(_ interpreter: Interpreter) throws(TemplateError) {
    guard let source else { return }
    self.source = nil
    pending = try interpreter.nested { () throws(TemplateError) in try source(interpreter) }
  }
}

extension Value {
  /// A value of the context.
  init(_ json: JSON) {
    switch json {
    case .null: self = .none
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .double(let value): self = .double(value)
    case .string(let text): self = .string(text)
    case .array(let elements): self = .list(ListValue(elements.map(Value.init)))
    case .object(let members):
      var copy = DictValue.Members(minimumCapacity: members.count)
      for (key, value) in members { copy[.string(key)] = Value(value) }
      self = .dict(DictValue(copy))
    }
  }

  init(_ literal: Literal) {
    switch literal {
    case .none: self = .none
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .double(let value): self = .double(value)
    case .string(let text): self = .string(text)
    }
  }

  var isUndefined: Bool {
    if case .undefined = self { return true }
    return false
  }

  var isNone: Bool {
    if case .none = self { return true }
    return false
  }

  /// Lists and maps inside one another; 0 for anything else.
  var depth: Int {
    switch self {
    case .list(let list), .tuple(let list): list.depth
    case .dict(let dict): dict.depth
    case .view(let view): view.dict.depth
    case .iterator(let iterator): iterator.depth
    case .object(let object): object.depth
    default: 0
    }
  }

  /// Roughly the work of looking at the whole value, in comparisons of simple values.
  var weight: Int {
    switch self {
    case .string(let text), .markup(let text): 1 + text.utf8.count / 64
    case .list(let list), .tuple(let list): list.weight
    case .dict(let dict): dict.weight
    case .view(let view): view.dict.weight
    case .range(let range): range.count
    default: 1
    }
  }

  /// A sum that stops at a number beyond every limit: shared lists can weigh more than an integer holds.
  static func sum(_ left: Int, _ right: Int) -> Int { min(left + right, 1 << 40) }

  /// Whether Python takes the value for true.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .int(let value): value != 0
    case .double(let value): value != 0
    case .string(let text), .markup(let text): !text.isEmpty
    case .list(let list), .tuple(let list): !list.elements.isEmpty
    case .dict(let dict): !dict.members.isEmpty
    case .range(let range): range.count > 0
    case .view(let view): !view.dict.members.isEmpty
    case .iterator, .object: true
    }
  }

  /// The name of the type in Python, for messages.
  var typeName: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "NoneType"
    case .bool: "bool"
    case .int: "int"
    case .double: "float"
    case .string: "str"
    case .markup: "Markup"
    case .list: "list"
    case .tuple: "tuple"
    case .dict: "dict"
    case .range: "range"
    case .view(let view): "dict_\(view.kind.rawValue)"
    case .iterator: "generator"
    case .object(let object): object.typeName
    }
  }

  /// The number that an integer or boolean is to Python's arithmetic.
  var integer: Int? {
    switch self {
    case .int(let value): value
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  /// The number that any numeric value is.
  var number: Double? {
    if case .double(let value) = self { return value }
    return integer.map(Double.init)
  }
}
