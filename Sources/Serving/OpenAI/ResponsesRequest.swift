import Generation
import JSON

/// The body of `/v1/responses` and `/v1/responses/input_tokens`.
struct ResponsesRequest {
  var model: String?
  var chat: ChatRequest
  var streams: Bool
  /// What the answer's object repeats of the request.
  var echo: JSONObject

  /// Reads a body. Nothing is kept from one request to the next.
  init(_ reader: WireReader, template: String) throws(ServingError) {
    model = try reader.string("model")
    for name in ["previous_response_id", "conversation"] where reader.member(name) != nil {
      throw reader.fault(
        "\(name) is not supported: this server keeps nothing; send the whole conversation as input", name)
    }
    if try reader.bool("background") ?? false {
      throw reader.fault("background is not supported: this server answers at once", "background")
    }
    var chat = ChatRequest()
    if let instructions = try reader.string("instructions") {
      chat.messages.append(["role": "system", "content": .string(instructions)])
    }
    chat.messages += try Self.input(reader, template: template)
    chat.tools = try MessageForm.tools(reader.list("tools") ?? [])
    chat.toolChoice = try MessageForm.toolChoice(reader, chat.tools)
    chat.callsInParallel = try reader.bool("parallel_tool_calls") ?? true
    chat.options.temperature = try reader.double("temperature")
    chat.options.topP = try reader.double("top_p")
    chat.options.maxNewTokens = try SamplingMembers.limit(reader, "max_output_tokens")
    chat.options.seed = try SamplingMembers.seed(reader)
    if let format = try reader.nested("text")?.member("format") {
      chat.format = try SamplingMembers.format(object: format)
    }
    if let effort = try reader.nested("reasoning")?.string("effort") {
      chat.variables["reasoning_effort"] = .string(effort)
      chat.variables["enable_thinking"] = .bool(effort != "none")
    }
    self.chat = chat
    streams = try reader.bool("stream") ?? false
    // What is only repeated is to be what the client's own reader expects.
    _ = (try reader.string("user"), try reader.object("metadata"))
    echo = Self.echo(reader)
  }

  private static func echo(_ reader: WireReader) -> JSONObject {
    let defaults: JSONObject = [
      "instructions": .null, "max_output_tokens": .null, "metadata": [:], "parallel_tool_calls": true,
      "previous_response_id": .null, "reasoning": ["effort": .null, "summary": .null], "store": false,
      "temperature": 1.0, "text": ["format": ["type": "text"]], "tool_choice": "auto", "tools": [],
      "top_p": 1.0,
      "truncation": "disabled", "user": .null,
    ]
    var echo = JSONObject()
    for (name, value) in defaults { echo[name] = reader.member(name)?.json ?? value }
    // Nothing is stored, whatever was asked for.
    echo["store"] = false
    return echo
  }

  /// A text, or a list of items.
  private static func input(_ reader: WireReader, template: String) throws(ServingError) -> [JSON] {
    guard let member = reader.member("input") else { throw reader.missing("input") }
    if let text = member.json.string { return [["role": "user", "content": .string(text)]] }
    guard let items = try reader.list("input") else { return [] }
    var messages: [JSON] = []
    var reasoning = ""
    for item in items {
      let type = try item.string("type") ?? "message"
      switch type {
      case "message":
        var message = try MessageForm.messages([item], template: template)
        if !reasoning.isEmpty, message[0]["role"] == "assistant", var members = message[0].object {
          members["reasoning_content"] = .string(reasoning)
          message = [.object(members)]
        }
        reasoning = ""
        messages += message
      case "reasoning":
        let content = try MessageForm.content(item, "content")
        let summary = try MessageForm.content(item, "summary")
        reasoning = content ?? summary ?? ""
      case "function_call": try append(call(item), reasoning, to: &messages)
      case "function_call_output":
        reasoning = ""
        messages.append([
          "role": "tool", "tool_call_id": .string(try item.requiredString("call_id")),
          "content": .string(try MessageForm.content(item, "output") ?? ""),
        ])
      case "item_reference":
        throw item.fault("items are not kept from one request to the next: send them whole", "type")
      default:
        throw item.fault("an item of type '\(type.prefix(40))' is not understood by this server", "type")
      }
    }
    return messages
  }

  private static func call(_ item: WireReader) throws(ServingError) -> JSON {
    [
      "type": "function", "id": .string(try item.requiredString("call_id")),
      "function": [
        "name": .string(try item.requiredString("name")),
        "arguments": MessageForm.arguments(item.json["arguments"]),
      ],
    ]
  }

  /// Calls that follow one another belong to one message of the assistant.
  private static func append(_ call: JSON, _ reasoning: String, to messages: inout [JSON]) {
    if var last = messages.last?.object, last["role"] == "assistant" {
      last["tool_calls"] = .array((last["tool_calls"]?.array ?? []) + [call])
      messages[messages.count - 1] = .object(last)
      return
    }
    var message: JSONObject = ["role": "assistant", "content": "", "tool_calls": [call]]
    if !reasoning.isEmpty { message["reasoning_content"] = .string(reasoning) }
    messages.append(.object(message))
  }
}
