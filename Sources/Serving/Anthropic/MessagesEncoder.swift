import Generation
import JSON

/// Writes the events of a streamed message: blocks that begin, grow and stop, one after another.
struct MessagesEncoder: AnswerEncoder {
  static let contentType = ServerSentEvents.contentType
  static let ping: String? = ServerSentEvents.frame("ping", "{\"type\":\"ping\"}")

  private enum Block: Equatable {
    case text, thinking
    case call(Int)
  }

  let id: String
  let model: String
  /// The prompt's tokens, which the first event already tells.
  let promptTokens: Int
  let clientStops: [String]
  private var open: Block?
  private var count = 0
  private var last: AnswerEnd?

  init(id: String, model: String, promptTokens: Int, clientStops: [String]) {
    self.id = id
    self.model = model
    self.promptTokens = promptTokens
    self.clientStops = clientStops
  }

  mutating func begin() -> String {
    var usage = CompletionUsage()
    usage.promptTokens = promptTokens
    return frame(
      "message_start",
      [
        "message": [
          "id": .string(id), "type": "message", "role": "assistant", "model": .string(model), "content": [],
          "stop_reason": .null, "stop_sequence": .null, "usage": usage.anthropicJSON,
        ]
      ])
  }

  mutating func encode(_ event: AnswerEvent) -> String {
    switch event {
    case .prefill: return ""
    case .text(_, let text, _):
      guard !text.isEmpty else { return "" }
      return enter(.text, ["type": "text", "text": ""])
        + delta(["type": "text_delta", "text": .string(text)])
    case .reasoning(_, let text):
      return enter(.thinking, ["type": "thinking", "thinking": "", "signature": ""])
        + delta(["type": "thinking_delta", "thinking": .string(text)])
    case .callBegan(_, let index, let id, let name):
      return enter(
        .call(index), ["type": "tool_use", "id": .string(id), "name": .string(name), "input": [:]])
    case .arguments(_, _, let piece):
      return delta(["type": "input_json_delta", "partial_json": .string(piece)])
    case .finished(_, let end):
      last = end
      return ""
    }
  }

  mutating func end() -> String {
    // An answer without any text still has a block.
    var text = count == 0 ? enter(.text, ["type": "text", "text": ""]) : ""
    text += leave()
    guard var end = last else { return text }
    if let stop = end.stopString, !clientStops.contains(stop) { end.stopString = nil }
    text += frame(
      "message_delta",
      [
        "delta": [
          "stop_reason": .string(end.anthropicWord),
          "stop_sequence": end.stopString.map(JSON.string) ?? .null,
        ], "usage": end.usage.anthropicJSON,
      ])
    return text + frame("message_stop", [:])
  }

  mutating func fail(_ error: ServingError) -> String {
    ServerSentEvents.frame("error", Dialect.anthropic.body(error).serialized())
  }

  /// Begins a block, unless it is the one that is open.
  private mutating func enter(_ block: Block, _ content: JSON) -> String {
    guard open != block else { return "" }
    let text = leave()
    open = block
    count += 1
    return text + frame("content_block_start", ["index": .int(count - 1), "content_block": content])
  }

  private mutating func leave() -> String {
    guard open != nil else { return "" }
    var text = ""
    if open == .thinking { text = delta(["type": "signature_delta", "signature": ""]) }
    open = nil
    return text + frame("content_block_stop", ["index": .int(count - 1)])
  }

  private func delta(_ delta: JSON) -> String {
    frame("content_block_delta", ["index": .int(count - 1), "delta": delta])
  }

  private func frame(_ type: String, _ members: JSONObject) -> String {
    let all: JSONObject = ["type": .string(type)]
    return ServerSentEvents.frame(type, JSON.object(all.merging(members) { first, _ in first }).serialized())
  }
}
