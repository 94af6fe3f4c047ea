import Generation
import JSON

/// The objects of Ollama's answers.
struct OllamaShape: Sendable {
  /// Which endpoint.
  enum Kind: Sendable { case chat, generate }

  let model: String
  let kind: Kind

  /// A piece of an answer.
  func piece(_ text: String, thinking: String = "", calls: [CollectedAnswer.Call] = [], done: Bool = false)
    -> JSONObject
  {
    var members: JSONObject = ["model": .string(model), "created_at": .string(Clocks.timestamp)]
    switch kind {
    case .chat:
      var message: JSONObject = ["role": "assistant", "content": .string(text)]
      if !thinking.isEmpty { message["thinking"] = .string(thinking) }
      if !calls.isEmpty { message["tool_calls"] = .array(calls.map(Self.call)) }
      members["message"] = .object(message)
    case .generate:
      members["response"] = .string(text)
      if !thinking.isEmpty { members["thinking"] = .string(thinking) }
    }
    members["done"] = .bool(done)
    return members
  }

  /// The last object of an answer.
  func last(
    _ text: String, _ calls: [CollectedAnswer.Call], thinking: String = "", reason: String,
    _ figures: JSONObject
  )
    -> JSON
  {
    var members = piece(text, thinking: thinking, calls: calls, done: true)
    members["done_reason"] = .string(reason)
    return .object(members.merging(figures) { first, _ in first })
  }

  /// An answer in one object.
  func whole(_ branch: CollectedAnswer.Branch) -> JSON {
    last(
      branch.text, branch.calls, thinking: branch.reasoning, reason: Self.word(branch.end),
      branch.end.usage.ollamaMembers)
  }

  /// Ollama's word for why an answer ended.
  static func word(_ end: AnswerEnd) -> String { end.reason == .length ? "length" : "stop" }

  /// Arguments are an object here, not a text.
  private static func call(_ call: CollectedAnswer.Call) -> JSON {
    [
      "id": .string(call.id),
      "function": [
        "name": .string(call.name),
        "arguments": MessageForm.arguments(.string(call.arguments)).object.map(JSON.object) ?? [:],
      ],
    ]
  }
}

/// Writes an answer as a JSON object a line. Calls are sent whole.
struct OllamaEncoder: AnswerEncoder {
  static let contentType = "application/x-ndjson"
  static let ping: String? = nil

  private let shape: OllamaShape
  private var calls: [CollectedAnswer.Call] = []
  private var last: AnswerEnd?

  init(_ shape: OllamaShape) { self.shape = shape }

  mutating func begin() -> String { "" }

  mutating func encode(_ event: AnswerEvent) -> String {
    switch event {
    case .prefill: return ""
    case .text(_, let text, _): return text.isEmpty ? "" : line(shape.piece(text))
    case .reasoning(_, let text): return line(shape.piece("", thinking: text))
    case .callBegan(_, _, let id, let name):
      calls.append(CollectedAnswer.Call(id: id, name: name))
      return ""
    case .arguments(_, let index, let piece):
      if calls.indices.contains(index) { calls[index].arguments += piece }
      return ""
    case .finished(_, let end):
      last = end
      return calls.isEmpty ? "" : line(shape.piece("", calls: calls))
    }
  }

  mutating func end() -> String {
    guard let last else { return "" }
    return shape.last("", [], reason: OllamaShape.word(last), last.usage.ollamaMembers).serialized() + "\n"
  }

  mutating func fail(_ error: ServingError) -> String { Dialect.ollama.body(error).serialized() + "\n" }

  private func line(_ members: JSONObject) -> String { JSON.object(members).serialized() + "\n" }
}
