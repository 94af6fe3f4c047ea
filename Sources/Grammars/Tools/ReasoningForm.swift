/// How a model marks what it thinks before it answers.
package enum ReasoningForm: String, Sendable, CaseIterable {
  case none
  /// `<think>…</think>`.
  case think
  /// `<thinking>…</thinking>`.
  case thinking
  /// Granite 3: `Here is my thought process:` and `Here is my response:`.
  case granite
  /// Seed: `<seed:think>…</seed:think>`.
  case seed
  /// Mistral's Magistral: `[THINK]…[/THINK]`.
  case mistral
  /// Cohere: `<|START_THINKING|>…<|END_THINKING|>`.
  case cohere
  /// Gemma 4: `<|channel>thought…<channel|>`.
  case gemma
  /// gpt-oss: channels; see `ToolForm.harmony`.
  case harmony

  /// The form that a chat template's text speaks of.
  package static func detect(template: String) -> ReasoningForm {
    if template.contains("<|channel|>") { return .harmony }
    if template.contains("<|channel>") { return .gemma }
    if template.contains("<seed:think>") { return .seed }
    if template.contains("<|START_THINKING|>") { return .cohere }
    if template.contains("[THINK]") { return .mistral }
    if template.contains("Here is my thought process:") { return .granite }
    if template.contains("<think>") || template.contains("</think>") { return .think }
    if template.contains("<thinking>") { return .thinking }
    return .none
  }

  /// The mark before a thought; nil where channels say it.
  package var open: String? {
    switch self {
    case .none, .harmony: nil
    case .think: "<think>"
    case .thinking: "<thinking>"
    case .granite: "Here is my thought process:"
    case .seed: "<seed:think>"
    case .mistral: "[THINK]"
    case .cohere: "<|START_THINKING|>"
    case .gemma: "<|channel>thought"
    }
  }

  /// The mark after a thought: where a constraint on the answer begins.
  package var close: String? {
    switch self {
    case .none: nil
    case .think: "</think>"
    case .thinking: "</thinking>"
    case .granite: "Here is my response:"
    case .seed: "</seed:think>"
    case .mistral: "[/THINK]"
    case .cohere: "<|END_THINKING|>"
    case .gemma: "<channel|>"
    case .harmony: "<|channel|>final<|message|>"
    }
  }

  /// Whether a prompt ends inside of a thought, so that the answer begins with the rest of it.
  package func isOpen(atEndOf prompt: String) -> Bool {
    guard let open, let close else { return false }
    // The answer's turn is at the end; earlier turns have closed their thoughts, or lost them.
    var tail = prompt[...]
    while let last = tail.last, last.isWhitespace { tail.removeLast() }
    guard !tail.hasSuffix(close), let begin = tail.ranges(of: open).last else { return false }
    return tail[begin.upperBound...].firstRange(of: close) == nil && tail.hasSuffix(open)
  }
}
