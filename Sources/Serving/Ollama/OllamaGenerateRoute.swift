import Generation
import Hummingbird
import JSON

/// `POST /api/generate`: one question, with `raw` a text to go on with, or with `suffix` a gap to fill in.
struct OllamaGenerateRoute {
  let desk: AnswerDesk
  let registry: ModelRegistry

  func respond(_ request: Request, _ context: ServingContext) async throws -> Response {
    let call = try await OllamaCall(request, .generate, desk, registry)
    let prompt = try call.reader.string("prompt") ?? ""
    let system = try call.reader.string("system") ?? ""
    let isRaw = try call.reader.bool("raw") ?? false
    try OllamaOptions.checkContext(call.reader, call.model)
    guard !prompt.isEmpty else { return call.answerToNothing }
    try OllamaCall.refuseImages(call.reader)
    return try await call.answer(plan(call, prompt, system: system, isRaw: isRaw), context)
  }

  private func plan(
    _ call: OllamaCall, _ prompt: String, system: String, isRaw: Bool
  ) throws -> AnswerPlan {
    let prompts = call.model.prompts
    let fill = try call.reader.fillInMiddle(prompts)
    if isRaw || fill != nil {
      var text = TextRequest(prompt: prompts.encode(prompt, addSpecialTokens: fill == nil))
      (text.options, text.format) = (call.options, call.format)
      text.fill(fill)
      return try AnswerPlan(text, for: call.model)
    }
    var chat = ChatRequest()
    if !system.isEmpty { chat.messages.append(["role": "system", "content": .string(system)]) }
    chat.messages.append(["role": "user", "content": .string(prompt)])
    (chat.options, chat.format) = (call.options, call.format)
    chat.variables = call.thinking()
    return try AnswerPlan(chat, for: call.model)
  }
}
