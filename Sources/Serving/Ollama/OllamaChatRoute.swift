import Generation
import Hummingbird
import JSON

/// `POST /api/chat`.
struct OllamaChatRoute {
  let desk: AnswerDesk
  let registry: ModelRegistry

  func respond(_ request: Request, _ context: ServingContext) async throws -> Response {
    let reader = try await request.json(desk.limits)
    let keepAlive = try OllamaOptions.keepAlive(reader)
    let lease = try await registry.lease(reader.requiredString("model"), keepAlive: keepAlive)
    let shape = OllamaShape(model: lease.model.name, kind: .chat)
    let elements = try reader.list("messages") ?? []
    // Nothing to say: the model is loaded, or sent away with a keep_alive of 0.
    guard !elements.isEmpty else {
      return Response(shape.last("", [], reason: keepAlive == .zero ? "unload" : "load", [:]))
    }
    try OllamaOptions.checkContext(reader, lease.model)
    var chat = ChatRequest()
    for element in elements {
      guard try element.list("images") ?? [] == [] else {
        throw element.fault("images are not understood by this model: send text only", "images")
      }
    }
    chat.messages = try MessageForm.messages(
      elements.map(Self.toolName), template: lease.model.prompts.templateText)
    chat.tools = try MessageForm.tools(reader.list("tools") ?? [])
    chat.options = try OllamaOptions.options(reader)
    chat.format = try OllamaOptions.format(reader)
    if let think = reader.member("think") {
      chat.variables["enable_thinking"] = .bool(think.json.bool ?? true)
      if let effort = think.json.string { chat.variables["reasoning_effort"] = .string(effort) }
    }
    let plan = try AnswerPlan(chat, for: lease.model)
    if try reader.bool("stream") ?? true {
      return try await desk.stream(plan, lease, context, as: OllamaEncoder(shape))
    }
    let branch = try await desk.whole(plan, lease, context).branches[0]
    return Response(shape.whole(branch))
  }

  /// Ollama names the tool of a result `tool_name`.
  private static func toolName(_ reader: WireReader) -> WireReader {
    guard var members = reader.json.object, let name = members["tool_name"] else { return reader }
    members["name"] = name
    return WireReader(.object(members), path: reader.path)
  }
}
