import OrderedCollections

/// The members of a JSON object in the order of the file.
///
/// Order matters to two readers: chat templates iterate over objects, and `tokenizer.json` is written back. Names
/// are the same when their bytes are: Swift takes a composed and a decomposed letter for equal, but they are two
/// members to every other reader of JSON, and two tokens to a vocabulary.
public struct JSONObject: Sendable, Hashable {
  /// A member's name and value.
  public typealias Element = (key: String, value: JSON)

  private var members: OrderedDictionary<Name, JSON>

  /// No members.
  public init() { members = [:] }

  /// No members yet, with room for some.
  public init(minimumCapacity: Int) { members = .init(minimumCapacity: minimumCapacity) }

  /// The members of a sequence; of several with one name, `combine` makes the value.
  public init(
    _ elements: some Sequence<(String, JSON)>, uniquingKeysWith combine: (JSON, JSON) -> JSON
  ) {
    members = .init(elements.lazy.map { (Name($0.0), $0.1) }, uniquingKeysWith: combine)
  }

  /// The members of a sequence; of several with one name the last counts, in the place of the first.
  public init(uniqueKeysWithValues elements: some Sequence<(String, JSON)>) {
    self.init(elements, uniquingKeysWith: { _, last in last })
  }

  /// The value of a member; nil where there is none, and to remove it.
  public subscript(name: String) -> JSON? {
    get { members[Name(name)] }
    set { members[Name(name)] = newValue }
  }

  /// The value of a member, or what to take where there is none.
  public subscript(name: String, default value: @autoclosure () -> JSON) -> JSON {
    get { members[Name(name), default: value()] }
    set { members[Name(name)] = newValue }
  }

  /// Sets a member. Returns the value that it had.
  @discardableResult
  public mutating func updateValue(_ value: JSON, forKey name: String) -> JSON? {
    members.updateValue(value, forKey: Name(name))
  }

  /// Removes a member. Returns the value that it had.
  @discardableResult
  public mutating func removeValue(forKey name: String) -> JSON? { members.removeValue(forKey: Name(name)) }

  /// These members and others; where both have one, `combine` makes the value.
  public func merging(
    _ others: JSONObject, uniquingKeysWith combine: (JSON, JSON) throws -> JSON
  ) rethrows -> JSONObject {
    var result = self
    try result.merge(others, uniquingKeysWith: combine)
    return result
  }

  /// Adds other members; where both have one, `combine` makes the value.
  public mutating func merge(
    _ others: JSONObject, uniquingKeysWith combine: (JSON, JSON) throws -> JSON
  ) rethrows {
    try members.merge(others.members, uniquingKeysWith: combine)
  }

  /// The names, in their order.
  public var keys: [String] { members.keys.map(\.text) }

  /// The values, in the order of the names.
  public var values: [JSON] { Array(members.values) }
}

extension JSONObject: RandomAccessCollection {
  public var startIndex: Int { 0 }
  public var endIndex: Int { members.count }

  public subscript(position: Int) -> Element {
    let member = members.elements[position]
    return (member.key.text, member.value)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, JSON)...) { self.init(uniqueKeysWithValues: elements) }
}

/// A name, equal to another when all bytes are.
private struct Name: Sendable, Hashable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (left: Name, right: Name) -> Bool {
    left.text.utf8.count == right.text.utf8.count && left.text.utf8.elementsEqual(right.text.utf8)
  }

  func hash(into hasher: inout Hasher) {
    var copy = text
    copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
