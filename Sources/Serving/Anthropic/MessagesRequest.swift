import Generation
import JSON

/// The body of `/v1/messages` and `/v1/messages/count_tokens`.
struct MessagesRequest {
  var model: String?
  var chat: ChatRequest
  var streams: Bool

  /// Reads a body.
  ///
  /// - Parameter counts: whether tokens are only counted, so that no limit has to be given.
  init(_ reader: WireReader, counts: Bool = false) throws(ServingError) {
    model = try reader.string("model")
    guard let elements = try reader.list("messages") else { throw reader.missing("messages") }
    var chat = ChatRequest()
    if let system = try Self.system(reader) {
      chat.messages.append(["role": "system", "content": .string(system)])
    }
    for element in elements { chat.messages += try Self.message(element) }
    chat.tools = try Self.tools(reader)
    chat.toolChoice = try Self.toolChoice(reader, chat.tools)
    chat.callsInParallel = !(try reader.nested("tool_choice")?.bool("disable_parallel_tool_use") ?? false)
    chat.options.temperature = try reader.double("temperature")
    chat.options.topP = try reader.double("top_p")
    chat.options.topK = try reader.int("top_k")
    chat.options.stopStrings = try SamplingMembers.stop(reader, "stop_sequences")
    chat.options.maxNewTokens = try SamplingMembers.limit(reader, "max_tokens")
    if !counts, chat.options.maxNewTokens == nil { throw reader.missing("max_tokens") }
    if let thinking = try reader.nested("thinking")?.requiredString("type") {
      chat.variables["enable_thinking"] = .bool(thinking != "disabled")
    }
    var format = try reader.nested("output_format")
    if format == nil { format = try reader.nested("output_config")?.nested("format") }
    if let format { chat.format = try SamplingMembers.format(object: format) }
    self.chat = chat
    streams = try reader.bool("stream") ?? false
  }

  /// The system's text, from a string or blocks. A block that a client of Anthropic's adds for its own billing changes with
  /// every request, so that nothing of the prompt could be reused; it says nothing to a model and is left out.
  private static func system(_ reader: WireReader) throws(ServingError) -> String? {
    guard let member = reader.member("system") else { return nil }
    if let text = member.json.string { return text.isEmpty ? nil : text }
    var texts: [String] = []
    for block in try reader.list("system") ?? [] {
      let type = try block.requiredString("type")
      guard type == "text" else {
        throw block.fault("a system's block is of type 'text', not '\(type.prefix(40))'", "type")
      }
      let text = try block.requiredString("text")
      if !text.hasPrefix("x-anthropic-billing-header") { texts.append(text) }
    }
    return texts.isEmpty ? nil : texts.joined(separator: "\n\n")
  }

  /// One message; results of tools become messages of their own.
  private static func message(_ reader: WireReader) throws(ServingError) -> [JSON] {
    let role = try reader.requiredString("role")
    guard ["user", "assistant", "system"].contains(role) else {
      throw reader.fault("the role '\(role.prefix(40))' is not one of user and assistant", "role")
    }
    guard let content = reader.member("content") else { throw reader.missing("content") }
    if let text = content.json.string { return [["role": .string(role), "content": .string(text)]] }
    var (texts, reasoning, calls, results): ([String], String, [JSON], [JSON]) = ([], "", [], [])
    for block in try reader.list("content") ?? [] {
      let type = try block.requiredString("type")
      switch type {
      case "text": texts.append(try block.requiredString("text"))
      case "thinking": reasoning += try block.string("thinking") ?? ""
      case "redacted_thinking": break
      case "tool_use":
        calls.append([
          "type": "function", "id": .string(try block.requiredString("id")),
          "function": [
            "name": .string(try block.requiredString("name")),
            "arguments": MessageForm.arguments(block.json["input"]),
          ],
        ])
      case "tool_result":
        results.append([
          "role": "tool", "tool_call_id": .string(try block.requiredString("tool_use_id")),
          "content": .string(try MessageForm.content(block, "content") ?? ""),
        ])
      case "image": throw block.fault("images are not understood by this model: send text only")
      default:
        throw block.fault("a block of type '\(type.prefix(40))' is not understood by this model", "type")
      }
    }
    var messages = results
    if !texts.isEmpty || !calls.isEmpty || !reasoning.isEmpty || results.isEmpty {
      var message: JSONObject = ["role": .string(role), "content": .string(texts.joined(separator: "\n"))]
      if !reasoning.isEmpty { message["reasoning_content"] = .string(reasoning) }
      if !calls.isEmpty { message["tool_calls"] = .array(calls) }
      messages.append(.object(message))
    }
    return messages
  }

  /// Tools of the client's own. Those that Anthropic runs itself are left out.
  private static func tools(_ reader: WireReader) throws(ServingError) -> [ToolDefinition] {
    var tools: [ToolDefinition] = []
    for tool in try reader.list("tools") ?? [] {
      guard try tool.string("type") ?? "custom" == "custom" else { continue }
      tools.append(
        ToolDefinition(
          name: try tool.requiredString("name"), description: try tool.string("description"),
          parameters: try tool.object("input_schema").map(JSON.object),
          isStrict: try tool.bool("strict") ?? false))
    }
    return tools
  }

  private static func toolChoice(
    _ reader: WireReader, _ tools: [ToolDefinition]
  ) throws(ServingError) -> ToolChoice {
    guard let member = reader.member("tool_choice") else { return .auto }
    let type = try member.requiredString("type")
    let choice: ToolChoice
    switch type {
    case "auto": choice = .auto
    case "none": choice = .none
    case "any": choice = .required
    case "tool": choice = .named(try member.requiredString("name"))
    default: throw member.fault("'\(type.prefix(40))' is not one of auto, any, tool and none", "type")
    }
    try MessageForm.check(choice, tools, member)
    return choice
  }
}
