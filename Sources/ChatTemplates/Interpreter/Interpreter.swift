import JSON

/// Renders one conversation: holds the output, the names and what is left of the limits.
final class Interpreter {
  enum Flow { case normal, breakLoop, continueLoop }

  let limits: TemplateLimits
  let clock: @Sendable () -> TemplateTime
  /// The line that is being evaluated, for errors.
  var line = 0
  private(set) var output = ""
  private var steps = 0
  private var bytes = 0
  private var depth = 0
  private let root: Scope
  /// Objects that can hold each other in a circle or in a long chain; taken apart when rendering ends.
  private var namespaces: [Namespace] = []
  private var macros: [Macro] = []

  init(context: JSONObject, limits: TemplateLimits, clock: @escaping @Sendable () -> TemplateTime) {
    self.limits = limits
    self.clock = clock
    let globals = Scope(parent: nil)
    for (name, value) in Globals.all { globals.set(name, .object(Function(name, value))) }
    root = Scope(parent: Scope(parent: globals))
    for (name, value) in context { root.parent?.set(name, Value(value)) }
  }

  func render(_ body: [Statement]) throws(TemplateError) -> String {
    defer { takeApart() }
    _ = try execute(body, in: root)
    return output
  }

  private func takeApart() {
    for namespace in namespaces { namespace.attributes = [:] }
    for macro in macros { macro.closure = nil }
    root.clear()
  }

  // MARK: Limits and errors

  func error(_ code: TemplateError.Code, _ message: String) -> TemplateError {
    TemplateError(code, line: line, message)
  }

  func tooDeep() -> TemplateError {
    error(.limit, "lists and maps nested deeper than \(limits.valueDepth) levels")
  }

  /// Counts `count` steps of work.
  func charge(steps count: Int = 1) throws(TemplateError) {
    steps += count
    if steps > limits.steps { throw error(.limit, "the template takes more than \(limits.steps) steps") }
  }

  /// Counts memory before it is taken.
  func charge(bytes count: Int) throws(TemplateError) {
    let (sum, overflow) = bytes.addingReportingOverflow(count)
    bytes = sum
    if overflow || bytes > limits.bytes {
      throw error(.limit, "the template makes more than \(limits.bytes) bytes of text and lists")
    }
  }

  // MARK: Making values

  func string(_ text: String) throws(TemplateError) -> Value {
    try charge(bytes: text.utf8.count)
    return .string(text)
  }

  func list(_ elements: [Value]) throws(TemplateError) -> Value { .list(try listValue(elements)) }

  func tuple(_ elements: [Value]) throws(TemplateError) -> Value { .tuple(try listValue(elements)) }

  func strings(_ texts: [String]) throws(TemplateError) -> Value {
    try charge(bytes: texts.reduce(0) { $0 + $1.utf8.count })
    return try list(texts.map { .string($0) })
  }

  private func listValue(_ elements: [Value]) throws(TemplateError) -> ListValue {
    try charge(bytes: 32 * elements.count + 48)
    let list = ListValue(elements)
    if list.depth > limits.valueDepth { throw tooDeep() }
    return list
  }

  func dict(_ members: DictValue.Members) throws(TemplateError) -> Value {
    try charge(bytes: 96 * members.count + 96)
    let dict = DictValue(members)
    if dict.depth > limits.valueDepth { throw tooDeep() }
    return .dict(dict)
  }

  /// A key of a map; lists and maps cannot be one.
  func key(_ value: Value) throws(TemplateError) -> Value {
    try charge(steps: value.weight / 8)
    guard value.isHashable else { throw error(.type, "unhashable type: '\(value.typeName)'") }
    return value
  }

  func namespace(_ attributes: DictValue.Members) throws(TemplateError) -> Value {
    try charge(bytes: 96 * attributes.count + 96)
    let namespace = Namespace(attributes)
    namespaces.append(namespace)
    return .object(namespace)
  }

  func macro(_ definition: MacroDefinition, closure: Scope) throws(TemplateError) -> Macro {
    try charge(bytes: 96)
    let macro = Macro(definition, closure: closure)
    macros.append(macro)
    return macro
  }

  /// An iterator over what `source` will give; `value` is what it keeps alive.
  func iterator(
    over value: Value, _ arguments: Arguments = .init(), _ source: @escaping IteratorValue.Source
  ) throws(TemplateError) -> Value {
    try charge(bytes: 96)
    let depth = 1 + max(value.depth, arguments.depth)
    if depth > limits.valueDepth { throw tooDeep() }
    return .iterator(IteratorValue(depth: depth, source))
  }

  /// An object that keeps `values` alive.
  func object(_ object: any TemplateObject) throws(TemplateError) -> Value {
    try charge(bytes: 96)
    if object.depth > limits.valueDepth { throw tooDeep() }
    return .object(object)
  }

  /// `count` times the same text, charged before it is made.
  func repeated(_ text: String, _ count: Int) throws(TemplateError) -> String {
    guard count > 0, !text.isEmpty else { return "" }
    let (size, overflow) = text.utf8.count.multipliedReportingOverflow(by: count)
    try charge(bytes: overflow ? Int.max : size)
    return String(repeating: text, count: count)
  }

  // MARK: Output

  func write(_ text: String) throws(TemplateError) {
    try charge(bytes: text.utf8.count)
    output += text
  }

  /// What `body` writes, kept out of the output.
  func capture(_ body: () throws(TemplateError) -> Void) throws(TemplateError) -> String {
    let outer = output
    output = ""
    defer { output = outer }
    try body()
    return output
  }

  /// Runs `body` one level deeper. The limit keeps the real stack from overflowing.
  func nested<Result>(_ body: () throws(TemplateError) -> Result) throws(TemplateError) -> Result {
    try descend()
    defer { ascend() }
    return try body()
  }

  /// Goes one level deeper; after an error the depth no longer matters.
  func descend() throws(TemplateError) {
    depth += 1
    if depth > limits.depth { throw error(.limit, "more than \(limits.depth) levels of recursion") }
  }

  func ascend() { depth -= 1 }

  /// The outermost names, which a `block` sees.
  var rootScope: Scope { root }
}
