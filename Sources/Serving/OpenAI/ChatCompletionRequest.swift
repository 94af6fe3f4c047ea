import Generation
import JSON

/// The body of `/v1/chat/completions`.
struct ChatCompletionRequest {
  var model: String?
  var chat: ChatRequest
  var streams: Bool
  var includesUsage: Bool

  /// Reads a body.
  ///
  /// - Parameter template: the model's template, which decides what becomes of developers' messages.
  init(_ reader: WireReader, template: String, limits: ServingLimits) throws(ServingError) {
    model = try reader.string("model")
    guard let messages = try reader.list("messages") else { throw reader.missing("messages") }
    var chat = ChatRequest()
    chat.messages = try MessageForm.messages(messages, template: template)
    chat.tools = try MessageForm.tools(reader.list("tools") ?? [])
    chat.toolChoice = try MessageForm.toolChoice(reader, chat.tools)
    chat.callsInParallel = try reader.bool("parallel_tool_calls") ?? true
    chat.options = try SamplingMembers.options(reader)
    chat.options.maxNewTokens = try SamplingMembers.limit(
      reader, "max_completion_tokens", "max_tokens", "n_predict")
    chat.branches = try SamplingMembers.branches(reader, limits)
    chat.format = try SamplingMembers.format(reader)
    chat.variables = try Self.variables(reader)
    let top = try SamplingMembers.top(reader, "top_logprobs")
    let wantsLogProbabilities = try reader.bool("logprobs") ?? false
    guard top == nil || wantsLogProbabilities else {
      throw reader.fault("top_logprobs needs logprobs to be true", "top_logprobs")
    }
    if wantsLogProbabilities { chat.topLogProbabilities = top ?? 0 }
    self.chat = chat
    streams = try reader.bool("stream") ?? false
    includesUsage = try reader.nested("stream_options")?.bool("include_usage") ?? false
  }

  /// What the template is told besides the messages.
  static func variables(_ reader: WireReader) throws(ServingError) -> JSONObject {
    var variables = try reader.object("chat_template_kwargs") ?? [:]
    if let effort = try reader.string("reasoning_effort") {
      variables["reasoning_effort"] = .string(effort)
      if variables["enable_thinking"] == nil { variables["enable_thinking"] = .bool(effort != "none") }
    }
    // What belongs to the server is not the client's to give.
    for name in ["messages", "tools", "add_generation_prompt"] { variables[name] = nil }
    return variables
  }
}
