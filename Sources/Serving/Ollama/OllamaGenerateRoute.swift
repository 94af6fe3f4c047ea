import Generation
import Hummingbird
import JSON

/// `POST /api/generate`: one question, or with `raw` a text to go on with.
struct OllamaGenerateRoute {
  let desk: AnswerDesk
  let registry: ModelRegistry

  func respond(_ request: Request, _ context: ServingContext) async throws -> Response {
    let reader = try await request.json(desk.limits)
    let keepAlive = try OllamaOptions.keepAlive(reader)
    let lease = try await registry.lease(reader.requiredString("model"), keepAlive: keepAlive)
    let shape = OllamaShape(model: lease.model.name, kind: .generate)
    let prompt = try reader.string("prompt") ?? ""
    guard !prompt.isEmpty else {
      return Response(shape.last("", [], reason: keepAlive == .zero ? "unload" : "load", [:]))
    }
    if let suffix = try reader.string("suffix"), !suffix.isEmpty {
      throw reader.fault("this model has no form for a suffix: leave it out", "suffix")
    }
    guard try reader.list("images") ?? [] == [] else {
      throw reader.fault("images are not understood by this model: send text only", "images")
    }
    try OllamaOptions.checkContext(reader, lease.model)
    let plan = try plan(reader, prompt, lease.model)
    if try reader.bool("stream") ?? true {
      return try await desk.stream(plan, lease, context, as: OllamaEncoder(shape))
    }
    let branch = try await desk.whole(plan, lease, context).branches[0]
    return Response(shape.whole(branch))
  }

  private func plan(_ reader: WireReader, _ prompt: String, _ model: ServedModel) throws -> AnswerPlan {
    let options = try OllamaOptions.options(reader)
    let format = try OllamaOptions.format(reader)
    if try reader.bool("raw") ?? false {
      var text = TextRequest(prompt: model.prompts.encode(prompt, addSpecialTokens: true))
      text.options = options
      text.format = format
      return try AnswerPlan(text, for: model)
    }
    var chat = ChatRequest()
    if let system = try reader.string("system"), !system.isEmpty {
      chat.messages.append(["role": "system", "content": .string(system)])
    }
    chat.messages.append(["role": "user", "content": .string(prompt)])
    chat.options = options
    chat.format = format
    if let think = reader.member("think") {
      chat.variables["enable_thinking"] = .bool(think.json.bool ?? true)
    }
    return try AnswerPlan(chat, for: model)
  }
}
