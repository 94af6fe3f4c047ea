import JSON

extension ResponsesShape {
  /// The kinds of items that are a text: what the model says, and what it thinks before.
  enum TextKind: Sendable {
    case message, reasoning

    /// What ids of such items begin with.
    var idStart: String { self == .message ? "msg_" : "rs_" }

    /// The name of the events that tell of its text, without their last part.
    var event: String { self == .message ? "response.output_text" : "response.reasoning_text" }

    /// What such an event says.
    func members(_ own: JSONObject) -> JSONObject {
      guard self == .message else { return own }
      var members = own
      members["logprobs"] = []
      return members
    }

    /// The part that holds the text.
    func part(_ text: String) -> JSON {
      switch self {
      case .message: ["type": "output_text", "text": .string(text), "annotations": [], "logprobs": []]
      case .reasoning: ["type": "reasoning_text", "text": .string(text)]
      }
    }

    /// The item; without a text at its beginning.
    func item(_ id: String, _ text: String?, status: String) -> JSON {
      let content: JSON = text.map { [part($0)] } ?? []
      switch self {
      case .message:
        return [
          "type": "message", "id": .string(id), "status": .string(status), "role": "assistant",
          "content": content,
        ]
      case .reasoning:
        return [
          "type": "reasoning", "id": .string(id), "summary": [], "status": .string(status),
          "content": content, "encrypted_content": .null,
        ]
      }
    }
  }
}
