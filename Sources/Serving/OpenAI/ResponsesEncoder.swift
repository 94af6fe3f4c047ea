import Generation
import JSON

/// Writes the typed events of a streamed response, in their order.
struct ResponsesEncoder: AnswerEncoder {
  static let contentType = ServerSentEvents.contentType
  static let ping: String? = ServerSentEvents.ping

  /// An item that grows.
  private enum Item {
    case text(ResponsesShape.TextKind, id: String, String)
    case call(id: String, CollectedAnswer.Call)
  }

  private let shape: ResponsesShape
  private var sequence = 0
  private var open: Item?
  private var output: [JSON] = []
  private var last: AnswerEnd?

  init(_ shape: ResponsesShape) { self.shape = shape }

  mutating func begin() -> String {
    let response = shape.response("in_progress", output: [])
    return frame("response.created", ["response": response])
      + frame("response.in_progress", ["response": response])
  }

  mutating func encode(_ event: AnswerEvent) -> String {
    switch event {
    case .prefill: return ""
    case .text(_, let piece, _): return piece.isEmpty ? "" : grow(.message, piece)
    case .reasoning(_, let piece): return grow(.reasoning, piece)
    case .callBegan(_, _, let id, let name): return callBegan(id, name)
    case .arguments(_, _, let piece): return arguments(piece)
    case .finished(_, let end):
      last = end
      return ""
    }
  }

  mutating func end() -> String {
    guard let last else { return fail(ServingError(.failed, "the answer ended too early")) }
    let status = ResponsesShape.status(last)
    var text = leave(status)
    if output.isEmpty { text += grow(.message, "") + leave(status) }
    return text
      + frame(
        "response." + status,
        ["response": shape.response(status, output: output, end: last, usage: last.usage)])
  }

  mutating func fail(_ error: ServingError) -> String {
    frame("response.failed", ["response": shape.response("failed", output: output, error: error)])
  }

  /// Goes on with a text, in an item of its kind.
  private mutating func grow(_ kind: ResponsesShape.TextKind, _ piece: String) -> String {
    var frames = ""
    if case .text(kind, _, _) = open {
    } else {
      frames = leave("completed")
      let id = kind.idStart + RandomID.text(24)
      open = .text(kind, id: id, "")
      frames += added(kind.item(id, nil, status: "in_progress"))
      frames += frame("response.content_part.added", place(id, ["part": kind.part("")]))
    }
    guard case .text(_, let id, let text) = open, !piece.isEmpty else { return frames }
    open = .text(kind, id: id, text + piece)
    return frames + frame("\(kind.event).delta", place(id, kind.members(["delta": .string(piece)])))
  }

  private mutating func callBegan(_ callID: String, _ name: String) -> String {
    let frames = leave("completed")
    let id = "fc_" + RandomID.text(24)
    let call = CollectedAnswer.Call(id: callID, name: name)
    open = .call(id: id, call)
    return frames + added(ResponsesShape.call(id, call, status: "in_progress"))
  }

  private mutating func arguments(_ piece: String) -> String {
    guard case .call(let id, var call) = open else { return "" }
    call.arguments += piece
    open = .call(id: id, call)
    return frame(
      "response.function_call_arguments.delta",
      ["item_id": .string(id), "output_index": .int(output.count), "delta": .string(piece)])
  }

  /// Ends the item that is open.
  private mutating func leave(_ status: String) -> String {
    guard let item = open else { return "" }
    open = nil
    var frames = ""
    let whole: JSON
    switch item {
    case .text(let kind, let id, let text):
      frames += frame("\(kind.event).done", place(id, kind.members(["text": .string(text)])))
      frames += frame("response.content_part.done", place(id, ["part": kind.part(text)]))
      whole = kind.item(id, text, status: status)
    case .call(let id, let call):
      frames += frame(
        "response.function_call_arguments.done",
        [
          "item_id": .string(id), "output_index": .int(output.count), "name": .string(call.name),
          "arguments": .string(call.arguments),
        ])
      whole = ResponsesShape.call(id, call, status: status)
    }
    frames += frame("response.output_item.done", ["output_index": .int(output.count), "item": whole])
    output.append(whole)
    return frames
  }

  private mutating func added(_ item: JSON) -> String {
    frame("response.output_item.added", ["output_index": .int(output.count), "item": item])
  }

  private func place(_ id: String, _ members: JSONObject) -> JSONObject {
    let place: JSONObject = ["item_id": .string(id), "output_index": .int(output.count), "content_index": 0]
    return place.merging(members) { first, _ in first }
  }

  private mutating func frame(_ type: String, _ members: JSONObject) -> String {
    let head: JSONObject = ["type": .string(type), "sequence_number": .int(sequence)]
    sequence += 1
    return ServerSentEvents.frame(type, JSON.object(head.merging(members) { first, _ in first }).serialized())
  }
}
