import Generation
import Hummingbird
import JSON

/// `POST /api/chat`.
struct OllamaChatRoute {
  let desk: AnswerDesk
  let registry: ModelRegistry

  func respond(_ request: Request, _ context: ServingContext) async throws -> Response {
    let call = try await OllamaCall(request, .chat, desk, registry)
    let reader = call.reader
    let elements = try reader.list("messages") ?? []
    try OllamaOptions.checkContext(reader, call.model)
    guard !elements.isEmpty else { return call.answerToNothing }
    var chat = ChatRequest()
    for element in elements { try OllamaCall.refuseImages(element) }
    chat.messages = try MessageForm.messages(
      elements.map(Self.toolName), template: call.model.prompts.templateText)
    chat.tools = try MessageForm.tools(reader.list("tools") ?? [])
    (chat.options, chat.format) = (call.options, call.format)
    chat.variables = call.thinking()
    return try await call.answer(AnswerPlan(chat, for: call.model), context)
  }

  /// Ollama names the tool of a result `tool_name`.
  private static func toolName(_ reader: WireReader) -> WireReader {
    guard var members = reader.json.object, let name = members["tool_name"] else { return reader }
    members["name"] = name
    return WireReader(.object(members), path: reader.path)
  }
}
