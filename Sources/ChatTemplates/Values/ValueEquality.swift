/// Equality as Python defines it: `1 == 1.0 == True`, texts by code points, maps without regard to order.
///
/// Recursion is bounded because values deeper than `TemplateLimits.valueDepth` are refused where they are made.
extension Value: Hashable {
  static func == (left: Value, right: Value) -> Bool {
    switch (left.plain, right.plain) {
    case (.string(let left), .string(let right)): Text.equal(left, right)
    case (.none, .none), (.undefined, .undefined): true
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      left === right || left.elements == right.elements
    case (.dict(let left), .dict(let right)): left === right || sameMembers(left, right)
    case (.range(let left), .range(let right)): sameRange(left, right)
    case (.view(let left), .view(let right)):
      left.kind == right.kind && left.kind != .values && Set(left.values) == Set(right.values)
    case (.iterator(let left), .iterator(let right)): left === right
    case (.object(let left), .object(let right)): left === right
    default: sameNumber(left, right)
    }
  }

  private static func sameMembers(_ left: DictValue, _ right: DictValue) -> Bool {
    left.members.count == right.members.count && left.members.allSatisfy { right.members[$0.key] == $0.value }
  }

  private static func sameRange(_ left: RangeValue, _ right: RangeValue) -> Bool {
    guard left.count == right.count else { return false }
    return left.count == 0 || (left.start == right.start && (left.count == 1 || left.step == right.step))
  }

  private static func sameNumber(_ left: Value, _ right: Value) -> Bool {
    if let left = left.integer, let right = right.integer { return left == right }
    guard let leftNumber = left.number, let rightNumber = right.number else { return false }
    if let integer = left.integer ?? right.integer {
      return Int(exactly: left.integer == nil ? leftNumber : rightNumber) == integer
    }
    return leftNumber == rightNumber
  }

  func hash(into hasher: inout Hasher) {
    switch self {
    case .string(let text), .markup(let text):
      hasher.combine(1)
      var copy = text
      copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    case .tuple(let list): hasher.combine(list.elements)
    case .none: hasher.combine(2)
    case .double(let value):
      if let integer = Int(exactly: value) {
        hasher.combine(integer)
      } else {
        // Nothing equals a value that is no number, so that many of them must not share a hash.
        hasher.combine(value.isNaN ? Double.random(in: 0..<1) : value)
      }
    case .range(let range):
      // What `sameRange` compares.
      hasher.combine(range.count)
      if range.count > 0 { hasher.combine(range.start) }
      if range.count > 1 { hasher.combine(range.step) }
    case .iterator(let iterator): hasher.combine(ObjectIdentifier(iterator))
    case .object(let object): hasher.combine(ObjectIdentifier(object))
    default: hasher.combine(integer ?? 3)
    }
  }

  /// Whether the value can be a key of a map.
  var isHashable: Bool {
    switch self {
    case .list, .dict, .view: false
    case .tuple(let list): list.elements.allSatisfy(\.isHashable)
    case .object(let object): object.isHashable
    default: true
    }
  }

  /// Whether both are the same object (`is` in Python), as far as values that are copied can tell.
  func isSame(as other: Value) -> Bool {
    switch (self, other) {
    case (.markup, .markup): self == other
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)): left === right
    case (.dict(let left), .dict(let right)): left === right
    case (.bool, .bool), (.int, .int), (.double, .double), (.string, .string), (.none, .none): self == other
    case (.iterator, .iterator), (.object, .object): self == other
    default: false
    }
  }
}
