import JSON

/// Brings clients' messages into the form that chat templates expect.
enum MessageForm {
  /// Reads OpenAI's messages.
  static func messages(_ elements: [WireReader], template: String) throws(ServingError) -> [JSON] {
    var result: [JSON] = []
    for element in elements { result.append(try message(element, template: template)) }
    return result
  }

  private static func message(_ reader: WireReader, template: String) throws(ServingError) -> JSON {
    guard reader.json.object != nil else { throw reader.fault("a message is not an object") }
    var role = try reader.requiredString("role")
    switch role {
    case "developer": if !template.contains("developer") { role = "system" }
    case "system", "user", "assistant", "tool": break
    case "function": role = "tool"
    default:
      throw reader.fault(
        "the role '\(role.prefix(40))' is not one of system, developer, user, assistant and tool", "role")
    }
    var message: JSONObject = ["role": .string(role)]
    let calls = try reader.list("tool_calls") ?? []
    if let content = try content(reader, "content") {
      message["content"] = .string(content)
    } else {
      guard role == "assistant" else { throw reader.missing("content") }
      message["content"] = ""
    }
    if !calls.isEmpty {
      var list: [JSON] = []
      for call in calls { list.append(try toolCall(call)) }
      message["tool_calls"] = .array(list)
    }
    if let reasoning = try reader.string("reasoning_content", "reasoning") {
      message["reasoning_content"] = .string(reasoning)
    }
    if let name = try reader.string("name") { message["name"] = .string(name) }
    if let id = try reader.string("tool_call_id") { message["tool_call_id"] = .string(id) }
    return .object(message)
  }

  /// A text, or the texts of a list of parts, one after another; nil where there is none.
  static func content(_ reader: WireReader, _ name: String) throws(ServingError) -> String? {
    guard let member = reader.member(name) else { return nil }
    if let text = member.json.string { return text }
    guard let parts = try reader.list(name) else { return nil }
    var text = ""
    for part in parts { text += try self.part(part) }
    return text
  }

  /// The text of one part. What is no text is refused by name.
  private static func part(_ part: WireReader) throws(ServingError) -> String {
    if let text = part.json.string { return text }
    let type = try part.string("type") ?? "text"
    switch type {
    case "text", "input_text", "output_text", "summary_text", "reasoning_text":
      return try part.requiredString("text")
    case "refusal": return try part.requiredString("refusal")
    case "image_url", "image", "input_image":
      throw part.fault("images are not understood by this model: send text only")
    default:
      throw part.fault(
        "a part of type '\(type.prefix(40))' is not understood by this model: send text only", "type")
    }
  }

  private static func toolCall(_ call: WireReader) throws(ServingError) -> JSON {
    guard let function = call.member("function") else { throw call.missing("function") }
    var members: JSONObject = [
      "type": "function",
      "function": [
        "name": .string(try function.requiredString("name")),
        "arguments": arguments(function.json["arguments"]),
      ],
    ]
    if let id = try call.string("id") { members["id"] = .string(id) }
    return .object(members)
  }

  /// The arguments of a call as an object, which is what templates turn into text themselves. Broken JSON, which models do
  /// write, stays the text that it is.
  static func arguments(_ json: JSON?) -> JSON {
    guard let text = json?.string else { return json ?? [:] }
    if text.isEmpty { return [:] }
    guard let parsed = try? JSON(parsing: text), parsed.object != nil else { return .string(text) }
    return parsed
  }

  /// Reads OpenAI's tools. Kinds that only its own service has are left out.
  static func tools(_ elements: [WireReader]) throws(ServingError) -> [ToolDefinition] {
    var tools: [ToolDefinition] = []
    for element in elements {
      guard try element.string("type") ?? "function" == "function" else { continue }
      // The Responses interface has the members of the function beside its type.
      let function = element.member("function") ?? element
      tools.append(
        ToolDefinition(
          name: try function.requiredString("name"), description: try function.string("description"),
          parameters: try function.object("parameters").map(JSON.object),
          isStrict: try function.bool("strict") ?? false))
    }
    return tools
  }

  /// Reads OpenAI's `tool_choice`.
  static func toolChoice(_ reader: WireReader, _ tools: [ToolDefinition]) throws(ServingError) -> ToolChoice {
    guard let member = reader.member("tool_choice") else { return .auto }
    let choice: ToolChoice
    switch member.json.string {
    case "auto": choice = .auto
    case "none": choice = .none
    case "required", "any": choice = .required
    case .some(let word):
      throw member.fault("tool_choice '\(word.prefix(40))' is not one of auto, none and required")
    case nil:
      let function = member.member("function") ?? member
      let type = try member.string("type") ?? "function"
      guard type == "function" else {
        throw member.fault("tool_choice of type '\(type.prefix(40))' is not supported: name a function")
      }
      choice = .named(try function.requiredString("name"))
    }
    try check(choice, tools, member)
    return choice
  }

  /// A choice that nothing can be chosen by is refused.
  static func check(
    _ choice: ToolChoice, _ tools: [ToolDefinition], _ member: WireReader
  ) throws(ServingError) {
    switch choice {
    case .auto, .none: break
    case .required:
      guard !tools.isEmpty else { throw member.fault("a tool is required, but no tools are given") }
    case .named(let name):
      guard tools.contains(where: { $0.name == name }) else {
        throw member.fault("the tool '\(name.prefix(80))' that is to be called is not among the tools")
      }
    }
  }
}
