import Generation
import JSON

extension AnswerEnd {
  /// Anthropic's word for the reason.
  var anthropicWord: String {
    switch reason {
    case .stop, .cancelled: stopString == nil ? "end_turn" : "stop_sequence"
    case .length: "max_tokens"
    case .toolCalls: "tool_use"
    }
  }
}

extension CompletionUsage {
  /// As Anthropic shows it: what came from the cache is counted apart from the other input.
  var anthropicJSON: JSON {
    [
      "input_tokens": .int(promptTokens - cachedTokens), "cache_creation_input_tokens": 0,
      "cache_read_input_tokens": .int(cachedTokens), "output_tokens": .int(generatedTokens),
    ]
  }
}

/// A whole message.
enum MessagesForm {
  /// The stop strings that the client gave are reported; those of the model are an ordinary end.
  static func json(_ answer: CollectedAnswer, id: String, model: String, clientStops: [String]) -> JSON {
    let branch = answer.branches[0]
    var end = branch.end
    if let stop = end.stopString, !clientStops.contains(stop) { end.stopString = nil }
    var content: [JSON] = []
    if !branch.reasoning.isEmpty {
      content.append(["type": "thinking", "thinking": .string(branch.reasoning), "signature": ""])
    }
    if !branch.text.isEmpty || branch.calls.isEmpty {
      content.append(["type": "text", "text": .string(branch.text), "citations": .null])
    }
    for call in branch.calls {
      content.append([
        "type": "tool_use", "id": .string(call.id), "name": .string(call.name),
        "input": MessageForm.arguments(.string(call.arguments)).object.map(JSON.object) ?? [:],
      ])
    }
    return [
      "id": .string(id), "type": "message", "role": "assistant", "model": .string(model),
      "content": .array(content), "stop_reason": .string(end.anthropicWord),
      "stop_sequence": end.stopString.map(JSON.string) ?? .null, "usage": answer.usage.anthropicJSON,
    ]
  }
}
