import JSON

/// A part of an answer, in order. Parts of the same kind that follow one another belong together.
package enum AnswerPart: Sendable, Equatable {
  /// Text for the reader.
  case text(String)
  /// What the model thinks before it answers.
  case reasoning(String)
  /// A call of a tool begins. The id is the model's own; most forms have none.
  case callBegin(index: Int, name: String, id: String?)
  /// A piece of the call's arguments: JSON, cut anywhere.
  case callArguments(index: Int, text: String)
  /// The call's arguments are complete, or (`isComplete` false) the answer was cut inside of them.
  case callEnd(index: Int, isComplete: Bool)
}

/// A tool that a request offers.
package struct ToolDescription: Sendable, Equatable {
  /// The function's name.
  package var name: String
  /// The schema of its arguments; `{}` for anything.
  package var parameters: JSON
  /// Whether the arguments have to satisfy the schema.
  package var isStrict: Bool

  /// A tool.
  package init(name: String, parameters: JSON = .object([:]), isStrict: Bool = false) {
    self.name = name
    self.parameters = parameters
    self.isStrict = isStrict
  }

  /// Whether the schema says that an argument is a string; nil where it says nothing.
  func isString(_ argument: String) -> Bool? {
    guard let schema = parameters["properties"]?[argument] else { return nil }
    if let type = schema["type"] {
      if let name = type.string { return name == "string" }
      if let names = type.array { return names.allSatisfy { $0 == "string" || $0 == "null" } }
    }
    if let values = schema["enum"]?.array { return values.allSatisfy { $0.string != nil } }
    if let value = schema["const"] { return value.string != nil }
    return nil
  }
}

/// The calls of an answer: numbers them and knows the tools.
struct CallLog {
  let tools: [ToolDescription]
  private(set) var parts: [AnswerPart] = []
  private var next = 0
  private(set) var isOpen = false

  init(_ tools: [ToolDescription]) { self.tools = tools }

  /// Whether a call has begun at all.
  var hasCalls: Bool { next > 0 }

  func tool(_ name: String) -> ToolDescription? { tools.first { $0.name == name } }

  mutating func begin(_ name: String, id: String? = nil) {
    end(isComplete: false)
    parts.append(.callBegin(index: next, name: name, id: id))
    next += 1
    isOpen = true
  }

  mutating func arguments(_ text: some Sequence<UInt8>) {
    let text = String(decoding: Array(text), as: UTF8.self)
    if !text.isEmpty, isOpen { parts.append(.callArguments(index: next - 1, text: text)) }
  }

  mutating func end(isComplete: Bool) {
    if isOpen { parts.append(.callEnd(index: next - 1, isComplete: isComplete)) }
    isOpen = false
  }

  /// A whole call at once.
  mutating func call(_ name: String, _ arguments: JSON) {
    begin(name)
    self.arguments(arguments.serialized().utf8)
    end(isComplete: true)
  }

  mutating func add(_ part: AnswerPart) { parts.append(part) }

  mutating func take() -> [AnswerPart] {
    defer { parts = [] }
    return parts
  }
}
