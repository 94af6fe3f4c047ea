/// Attributes, elements and slices of values.
extension Interpreter {
  /// The values that iterating gives, as Python's `iter`.
  func elements(of value: Value) throws(TemplateError) -> [Value] {
    switch value {
    case .list(let list), .tuple(let list): return list.elements
    case .undefined: return []
    case .string(let text), .markup(let text):
      try charge(bytes: 32 * text.utf8.count)
      return text.unicodeScalars.map { .string(String($0)) }
    case .dict(let dict):
      try charge(steps: dict.members.count / 8)
      return Array(dict.members.keys)
    case .range(let range):
      try charge(steps: range.count / 8)
      return range.values
    case .view(let view):
      try charge(steps: view.dict.members.count / 4)
      return view.values
    case .iterator(let iterator): return try iterator.drain(self)
    default: throw error(.type, "'\(value.typeName)' object is not iterable")
    }
  }

  /// Python's `len`; nil for values without a length.
  func length(of value: Value) throws(TemplateError) -> Int? {
    switch value {
    case .list(let list), .tuple(let list): return list.elements.count
    case .undefined: return 0
    case .string(let text), .markup(let text):
      try charge(steps: text.utf8.count / 1024)
      return Text.length(text)
    case .dict(let dict): return dict.members.count
    case .range(let range): return range.count
    case .view(let view): return view.dict.members.count
    case .object(let object): return (object as? LoopState)?.items.count
    default: return nil
    }
  }

  private func missingAttribute(_ name: String, of value: Value) -> Value {
    let type = value.isNone ? "None" : "\(value.typeName) object"
    return .undefined(Undefined("'\(type)' has no attribute '\(name)'"))
  }

  private func unsafe(_ name: String, of value: Value) -> Value {
    .undefined(
      Undefined("access to attribute '\(name)' of '\(value.typeName)' object is unsafe.", isUnsafe: true))
  }

  /// What Python's `getattr` gives, if anything.
  private func ownAttribute(_ name: String, of value: Value) throws(TemplateError) -> Value? {
    if case .object(let object) = value, let found = try object.attribute(name, self) {
      return name.hasPrefix("_") ? unsafe(name, of: value) : found
    }
    if Methods.isForbidden(name, on: value) { return unsafe(name, of: value) }
    if Methods.exists(name, on: value) {
      return try object(
        Function(name, depth: value.depth) { (arguments, interpreter) throws(TemplateError) in
          try Methods.call(name, on: value, arguments, interpreter)
        })
    }
    if case .tuple(let list) = value, let index = list.names.firstIndex(of: name) {
      return list.elements[index]
    }
    return nil
  }

  /// `value.name`: an attribute or method, else a member of a map.
  func attribute(_ name: String, of value: Value) throws(TemplateError) -> Value {
    if case .undefined(let undefined) = value { throw misuse(undefined) }
    if let own = try ownAttribute(name, of: value) { return own }
    if case .dict(let dict) = value, let member = dict.members[.string(name)] { return member }
    if name.hasPrefix("__"), name.hasSuffix("__") { return unsafe(name, of: value) }
    return missingAttribute(name, of: value)
  }

  /// `value[key]`: an element or member, else an attribute.
  func item(_ key: Value, of value: Value) throws(TemplateError) -> Value {
    if let found = try element(key, of: value) { return found }
    if case .string(let name) = key.plain {
      if let own = try ownAttribute(name, of: value) { return own }
      if name.hasPrefix("__"), name.hasSuffix("__") { return unsafe(name, of: value) }
      return missingAttribute(name, of: value)
    }
    let type = value.isNone ? "None" : "\(value.typeName) object"
    return .undefined(Undefined("\(type) has no element \(try key.representation(self))"))
  }

  private func element(_ key: Value, of value: Value) throws(TemplateError) -> Value? {
    switch value {
    case .undefined(let undefined): throw misuse(undefined)
    case .dict(let dict):
      guard key.isHashable else { return nil }
      try charge(steps: key.weight / 8)
      return dict.members[key]
    case .list(let list), .tuple(let list):
      guard let index = position(key, in: list.elements.count) else { return nil }
      return list.elements[index]
    case .markup(let text): return try element(key, of: .string(text))?.markup
    case .string(let text):
      guard key.integer != nil else { return nil }
      try charge(steps: text.utf8.count / 64)
      guard let index = position(key, in: Text.length(text)) else { return nil }
      let scalars = text.unicodeScalars
      return .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: index)]))
    case .range(let range):
      guard let index = position(key, in: range.count) else { return nil }
      return .int(range[index])
    default: return nil
    }
  }

  private func position(_ key: Value, in count: Int) -> Int? {
    guard let index = key.integer, index < count, index >= -count else { return nil }
    return index < 0 ? index + count : index
  }

  // MARK: Slices

  private func bound(_ value: Value) throws(TemplateError) -> Int? {
    if value.isNone { return nil }
    guard let index = value.integer else {
      throw error(.type, "slice indices must be integers or None or have an __index__ method")
    }
    return index
  }

  /// The positions that a slice of a sequence of `count` elements selects.
  private func positions(
    _ start: Value, _ stop: Value, _ step: Value, count: Int
  ) throws(TemplateError) -> RangeValue {
    let step = try bound(step) ?? 1
    // A step beyond every length acts like the length; this keeps the arithmetic below from overflowing.
    let stride = max(min(step, count + 1), -count - 1)
    guard stride != 0 else { throw error(.value, "slice step cannot be zero") }
    let (low, high) = stride > 0 ? (0, count) : (-1, count - 1)
    func clamp(_ index: Int?, _ missing: Int) -> Int {
      guard let index else { return missing }
      return min(max(index < 0 ? index &+ count : index, low), high)
    }
    let first = clamp(try bound(start), stride > 0 ? low : high)
    let last = clamp(try bound(stop), stride > 0 ? high : low)
    return RangeValue(start: first, stop: last, step: stride)
  }

  func slice(_ value: Value, _ start: Value, _ stop: Value, _ step: Value) throws(TemplateError) -> Value {
    switch value {
    case .undefined(let undefined): throw misuse(undefined)
    case .list(let list), .tuple(let list):
      let positions = try positions(start, stop, step, count: list.elements.count)
      try charge(steps: positions.count / 8)
      let elements =
        positions.step == 1
        ? Array(list.elements[positions.start..<max(positions.start, positions.stop)])
        : (0..<positions.count).map { list.elements[positions[$0]] }
      if case .list = value { return try self.list(elements) }
      return try tuple(elements)
    case .string(let text): return try slice(text, start, stop, step)
    case .markup(let text): return try slice(text, start, stop, step).markup
    case .range(let range):
      let positions = try positions(start, stop, step, count: range.count)
      let (span, overflow) = range.step.multipliedReportingOverflow(by: positions.step)
      let last =
        positions.count == 0 ? positions.start : positions[positions.count - 1] + positions.step.signum()
      guard !overflow, range.count > 0 else { return .range(RangeValue(start: 0, stop: 0, step: 1)) }
      return .range(
        RangeValue(
          start: range.start &+ positions.start &* range.step, stop: range.start &+ last &* range.step,
          step: span))
    case .dict: throw error(.type, "unhashable type: 'slice'")
    default: throw error(.type, "'\(value.typeName)' object is not subscriptable")
    }
  }

  private func slice(
    _ text: String, _ start: Value, _ stop: Value, _ step: Value
  ) throws(TemplateError) -> Value {
    try charge(steps: text.utf8.count / 64)
    let scalars = Array(text.unicodeScalars)
    let positions = try positions(start, stop, step, count: scalars.count)
    if positions.step == 1 {
      return try string(Text.make(scalars[positions.start..<max(positions.start, positions.stop)]))
    }
    return try string(Text.make((0..<positions.count).lazy.map { scalars[positions[$0]] }))
  }
}
