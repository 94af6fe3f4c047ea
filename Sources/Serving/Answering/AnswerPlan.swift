import Generation
import JSON

/// A request ready to be queued, and how its answers are to be read.
struct AnswerPlan: Sendable {
  /// What the service is asked.
  let completion: CompletionRequest
  /// The rendered prompt; empty for a prompt of tokens.
  let prompt: String
  /// A parser for each branch.
  let parsers: [any AnswerParser]
  /// Whether a call ends with the reason `tool_calls`.
  let offersTools: Bool

  /// Renders a conversation and decides everything that is left open.
  init(_ request: ChatRequest, for model: ServedModel) throws {
    guard !request.messages.isEmpty else {
      throw ServingError(.badRequest, "there are no messages", parameter: "messages")
    }
    let tools = request.toolChoice == .none ? [] : request.tools
    prompt = try Self.render(request.messages, tools: tools, request.variables, model)
    let parser = model.syntax.makeParser(prompt: prompt, tools: tools)
    parsers = Array(repeating: parser, count: request.branches)
    offersTools = !tools.isEmpty
    var completion = CompletionRequest(
      prompt: model.prompts.encode(rendered: prompt),
      config: try Self.config(request.options, model, isChat: true))
    completion.branches = request.branches
    completion.topLogProbabilities = request.topLogProbabilities
    completion.constraint = try Self.constraint(request, tools, prompt, model)
    self.completion = completion
  }

  /// Goes on with a text.
  init(_ request: TextRequest, for model: ServedModel) throws {
    guard !request.prompt.isEmpty else {
      throw ServingError(.badRequest, "the prompt has no tokens: give some text", parameter: "prompt")
    }
    let size = model.prompts.vocabularySize
    for token in request.prompt where token < 0 || token >= size {
      throw ServingError(
        .badRequest, "the prompt's token \(token) is not one of the vocabulary's \(size)", parameter: "prompt"
      )
    }
    prompt = ""
    parsers = Array(repeating: PlainParser(), count: request.branches)
    offersTools = false
    var completion = CompletionRequest(
      prompt: request.prompt, config: try Self.config(request.options, model, isChat: false))
    completion.config.eosTokenIDs += request.stopTokens.filter { !completion.config.eosTokenIDs.contains($0) }
    completion.branches = request.branches
    completion.topLogProbabilities = request.topLogProbabilities
    completion.constraint = request.format.map { OutputConstraint($0) }
    self.completion = completion
  }

  /// The text of a conversation; what the template refuses is the client's fault.
  static func render(
    _ messages: [JSON], tools: [ToolDefinition], _ variables: JSONObject, _ model: ServedModel
  ) throws(ServingError) -> String {
    do {
      return try model.prompts.render(messages, tools: tools.map(\.json), variables: variables)
    } catch {
      throw ServingError(
        .badRequest, "the model's chat template refuses the messages: \(error)", parameter: "messages")
    }
  }

  private static func config(
    _ options: GenerationOptions, _ model: ServedModel, isChat: Bool
  ) throws -> GenerationConfig {
    var config = try GenerationConfig(model.defaults.merged(with: options))
    if isChat {
      config.stopStrings += model.prompts.stopStrings
      config.eosTokenIDs += model.prompts.stopTokens.filter { !config.eosTokenIDs.contains($0) }
    }
    return config
  }

  private static func constraint(
    _ request: ChatRequest, _ tools: [ToolDefinition], _ prompt: String, _ model: ServedModel
  ) throws(ServingError) -> OutputConstraint? {
    if !tools.isEmpty {
      let constraint = try model.syntax.constraint(
        request.toolChoice, of: tools, parallel: request.callsInParallel, prompt: prompt)
      guard request.format == nil else {
        throw ServingError(
          .badRequest, "a form of the answer and tools cannot be enforced together: ask for one of them",
          parameter: "response_format")
      }
      return constraint
    }
    guard let format = request.format else { return nil }
    // Where the model reasons first, what it must write begins after that.
    return OutputConstraint(format, begin: model.syntax.reasoningEnd(prompt: prompt))
  }
}
