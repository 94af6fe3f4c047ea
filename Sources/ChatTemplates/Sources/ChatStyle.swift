import JSON

/// How models without a chat template want to be asked: the fixed forms of older models.
package enum ChatStyle: String, CaseIterable, Sendable {
  /// `### System:`, `### User:`, `### Assistant:` (Intel's neural-chat).
  case neural
  /// `[INST] <<SYS>> … <</SYS>> … [/INST]` (Llama 2, Mistral 7B).
  case llama2
  /// Headers between `<|start_header_id|>` and `<|end_header_id|>` (Llama 3).
  case llama3
  /// `<|im_start|>role … <|im_end|>` (Qwen, many others).
  case chatml
  /// `### Instruction:`, `### Response:` (Stanford Alpaca).
  case alpaca
  /// The texts themselves, nothing else.
  case raw

  /// Texts that a model of this style writes when it goes on to speak for the user: the answer ends before them.
  package var stopStrings: [String] {
    switch self {
    case .neural: ["### User:", "### System:", "### Assistant:"]
    case .alpaca: ["### Instruction:", "### Response:"]
    case .llama2: ["[INST]"]
    case .llama3: ["<|eot_id|>"]
    case .chatml: ["<|im_end|>"]
    case .raw: []
    }
  }

  /// Whether the text has the begin token in it already, so that the tokenizer must not add another.
  package var writesBeginToken: Bool { self == .llama2 || self == .llama3 }

  /// Renders a conversation.
  ///
  /// - Parameters:
  ///   - messages: Objects with `role` (`system`, `user`, `assistant`) and `content`, a text or a list of parts
  ///     with a `text` each.
  ///   - addGenerationPrompt: Whether to end with the beginning of the assistant's answer.
  /// - Throws: `TemplateError` of code `.value` for a message without role or text.
  package func render(_ messages: [JSON], addGenerationPrompt: Bool = true) throws(TemplateError) -> String {
    var turns: [Turn] = []
    for message in messages { turns.append(try Turn(message)) }
    return switch self {
    case .neural: Self.neural(turns) + (addGenerationPrompt ? "### Assistant:\n" : "")
    case .llama2: Self.llama2(turns)
    case .llama3:
      "<|begin_of_text|>"
        + turns.map { Self.header($0.role) + Text.strip($0.text, nil) + "<|eot_id|>" }.joined()
        + (addGenerationPrompt ? Self.header("assistant") : "")
    case .chatml:
      turns.map { "<|im_start|>\($0.role)\n\($0.text)<|im_end|>\n" }.joined()
        + (addGenerationPrompt ? "<|im_start|>assistant\n" : "")
    case .alpaca: Self.alpaca(turns) + (addGenerationPrompt ? "### Response:\n" : "")
    case .raw: turns.map(\.text).joined()
    }
  }

  private struct Turn {
    var role: String
    var text: String

    init(_ message: JSON) throws(TemplateError) {
      guard let role = message["role"]?.string else {
        throw TemplateError(.value, "a message without 'role'")
      }
      self.role = role
      if let text = message["content"]?.string {
        self.text = text
      } else if let parts = message["content"]?.array {
        text = parts.compactMap { $0["text"]?.string }.joined()
      } else {
        throw TemplateError(.value, "a message of role '\(role)' without 'content'")
      }
    }
  }

  private static func neural(_ turns: [Turn]) -> String {
    turns.map { turn in
      let title = turn.role == "system" ? "System" : turn.role == "assistant" ? "Assistant" : "User"
      return "### \(title):\n\(turn.text)\n"
    }.joined()
  }

  private static func header(_ role: String) -> String {
    "<|start_header_id|>\(role)<|end_header_id|>\n\n"
  }

  /// The system's text stands inside of the first user's brackets; every exchange begins with `<s>`.
  private static func llama2(_ turns: [Turn]) -> String {
    var (result, system) = ("", "")
    for turn in turns {
      let text = Text.strip(turn.text, nil)
      switch turn.role {
      case "system": system = "<<SYS>>\n\(text)\n<</SYS>>\n\n"
      case "assistant": result += " \(text) </s>"
      default:
        result += "<s>[INST] \(system)\(text) [/INST]"
        system = ""
      }
    }
    return result
  }

  private static func alpaca(_ turns: [Turn]) -> String {
    var result =
      "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n"
    for (index, turn) in turns.enumerated() {
      switch turn.role {
      case "system": result = (index == 0 ? "" : result) + turn.text + "\n\n"
      case "assistant": result += "### Response:\n\(turn.text)\n\n"
      default: result += "### Instruction:\n\(turn.text)\n\n"
      }
    }
    return result
  }
}
