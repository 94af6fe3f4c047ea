import Generation
import JSON

/// The objects of the Responses interface.
struct ResponsesShape: Sendable {
  let id: String
  let created: Int
  let model: String
  let echo: JSONObject

  /// The response's object.
  func response(
    _ status: String, output: [JSON], end: AnswerEnd? = nil, usage: CompletionUsage? = nil,
    error: ServingError? = nil
  )
    -> JSON
  {
    var members: JSONObject = [
      "id": .string(id), "object": "response", "created_at": .int(created), "status": .string(status),
      "completed_at": status == "completed" ? .int(Clocks.unixTime) : .null, "background": false,
      "error": error.map { ["code": "server_error", "message": .string($0.message)] } ?? .null,
      "incomplete_details": end?.reason == .length ? ["reason": "max_output_tokens"] : .null,
      "model": .string(model), "output": .array(output),
    ]
    members.merge(echo) { first, _ in first }
    members["usage"] =
      usage.map { usage in
        [
          "input_tokens": .int(usage.promptTokens),
          "input_tokens_details": ["cached_tokens": .int(usage.cachedTokens)],
          "output_tokens": .int(usage.generatedTokens), "output_tokens_details": ["reasoning_tokens": 0],
          "total_tokens": .int(usage.promptTokens + usage.generatedTokens),
        ]
      } ?? .null
    return .object(members)
  }

  /// How an end is called.
  static func status(_ end: AnswerEnd) -> String { end.reason == .length ? "incomplete" : "completed" }

  /// The item of a call.
  static func call(_ id: String, _ call: CollectedAnswer.Call, status: String) -> JSON {
    [
      "type": "function_call", "id": .string(id), "call_id": .string(call.id), "name": .string(call.name),
      "arguments": .string(call.arguments), "status": .string(status),
    ]
  }

  /// A whole answer.
  func whole(_ answer: CollectedAnswer) -> JSON {
    let branch = answer.branches[0]
    let status = Self.status(branch.end)
    var output: [JSON] = []
    func add(_ kind: TextKind, _ text: String) {
      output.append(kind.item(kind.idStart + RandomID.text(24), text, status: status))
    }
    if !branch.reasoning.isEmpty {
      add(.reasoning, branch.reasoning)
    }
    if !branch.text.isEmpty || branch.calls.isEmpty {
      add(.message, branch.text)
    }
    for call in branch.calls { output.append(Self.call("fc_" + RandomID.text(24), call, status: status)) }
    return response(status, output: output, end: branch.end, usage: answer.usage)
  }
}
