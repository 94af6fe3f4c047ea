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
    guard !prompt.isEmpty else { return call.answerToNothing }
    try OllamaCall.refuseImages(call.reader)
    try OllamaOptions.checkContext(call.reader, call.model)
    return try await call.answer(plan(call, prompt), context)
  }

  private func plan(_ call: OllamaCall, _ prompt: String) throws -> AnswerPlan {
    let (reader, prompts) = (call.reader, call.model.prompts)
    let options = try OllamaOptions.options(reader)
    let format = try OllamaOptions.format(reader)
    let fill = try reader.fillInMiddle(prompts)
    let isRaw = try reader.bool("raw") ?? false
    if isRaw || fill != nil {
      var text = TextRequest(prompt: prompts.encode(prompt, addSpecialTokens: fill == nil))
      text.options = options
      text.format = format
      text.fill(fill)
      return try AnswerPlan(text, for: call.model)
    }
    var chat = ChatRequest()
    if let system = try reader.string("system"), !system.isEmpty {
      chat.messages.append(["role": "system", "content": .string(system)])
    }
    chat.messages.append(["role": "user", "content": .string(prompt)])
    chat.options = options
    chat.format = format
    chat.variables = call.thinking()
    return try AnswerPlan(chat, for: call.model)
  }
}
