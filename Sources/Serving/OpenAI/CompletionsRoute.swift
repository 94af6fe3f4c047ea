import Generation
import Hummingbird
import JSON

/// `POST /v1/completions`: a text goes on, without a template.
struct CompletionsRoute {
  let desk: AnswerDesk
  let registry: ModelRegistry

  func respond(_ request: Request, _ context: ServingContext) async throws -> Response {
    let reader = try await request.json(desk.limits)
    let lease = try await registry.lease(reader.string("model"))
    let model = lease.model
    let body = try TextCompletionRequest(reader, prompts: model.prompts, limits: desk.limits)
    let form = body.text.topLogProbabilities.map { _ in LogProbabilityForm(prompts: model.prompts) }
    let shape = TextCompletionShape(
      id: "cmpl-" + RandomID.text(24), created: Clocks.unixTime, model: model.name, echo: body.echo,
      form: form)
    if body.streams {
      guard body.prompts.count == 1, let prompt = body.prompts.first else {
        throw reader.fault("several prompts cannot be streamed at once", "prompt")
      }
      let plan = try AnswerPlan(body.request(for: prompt), for: model)
      return try await desk.stream(
        plan, lease, context,
        as: TextCompletionEncoder(
          shape: shape, branches: body.text.branches, includesUsage: body.includesUsage,
          echo: body.echo ? model.prompts.decode(prompt) : nil))
    }
    var (choices, usage): ([JSON], CompletionUsage) = ([], CompletionUsage())
    for prompt in body.prompts {
      let answer = try await desk.whole(AnswerPlan(body.request(for: prompt), for: model), lease, context)
      let echo = body.echo ? model.prompts.decode(prompt) : ""
      for branch in answer.branches {
        choices.append(
          shape.choice(
            choices.count, echo + branch.text, branch.end.reason, branch.logProbabilities, offset: echo.count)
        )
      }
      usage.promptTokens += answer.usage.promptTokens
      usage.cachedTokens += answer.usage.cachedTokens
      usage.generatedTokens += answer.usage.generatedTokens
    }
    return Response(shape.object(choices, usage: usage.openAIJSON))
  }
}

/// The body of `/v1/completions`.
struct TextCompletionRequest {
  var prompts: [[Int]]
  /// What comes after the gap that is to be filled in.
  private var fill: (form: FillInMiddle, suffix: [Int])?
  var text: TextRequest
  var echo: Bool
  var streams: Bool
  var includesUsage: Bool

  init(_ reader: WireReader, prompts formatting: any PromptFormatting, limits: ServingLimits)
    throws(ServingError)
  {
    fill = try reader.fillInMiddle(formatting)
    if let best = try reader.int("best_of"), best != (try reader.int("n")) ?? 1 {
      throw reader.fault("best_of other than n is not supported", "best_of")
    }
    prompts = try Self.prompts(reader, formatting, hasBegin: fill == nil)
    var text = TextRequest(prompt: [])
    text.options = try SamplingMembers.options(reader)
    // OpenAI's own default: a completion without a limit would go on to the end of the context.
    text.options.maxNewTokens = try SamplingMembers.limit(reader, "max_tokens", "n_predict") ?? 16
    text.branches = try SamplingMembers.branches(reader, limits)
    text.topLogProbabilities = try SamplingMembers.top(reader, "logprobs")
    text.format = try SamplingMembers.format(reader)
    self.text = text
    echo = try reader.bool("echo") ?? false
    guard !echo || fill == nil else {
      throw reader.fault("echo and suffix exclude each other: the answer stands between two texts", "echo")
    }
    guard !echo || text.topLogProbabilities == nil else {
      throw reader.fault(
        "the log-probabilities of a prompt are not computed: leave echo or logprobs out", "echo")
    }
    streams = try reader.bool("stream") ?? false
    includesUsage = try reader.nested("stream_options")?.bool("include_usage") ?? false
    guard prompts.count * text.branches <= 128 else {
      throw reader.fault("more than 128 answers are asked for at once", "prompt")
    }
  }

  /// The request for one of the prompts.
  func request(for prompt: [Int]) -> TextRequest {
    var request = text
    request.prompt = prompt
    request.fill(fill)
    return request
  }

  /// A text, a list of texts, a list of tokens or a list of such lists.
  private static func prompts(
    _ reader: WireReader, _ formatting: any PromptFormatting, hasBegin: Bool
  ) throws(ServingError) -> [[Int]] {
    guard let member = reader.member("prompt") else { throw reader.missing("prompt") }
    if let text = member.json.string { return [formatting.encode(text, addSpecialTokens: hasBegin)] }
    let wrong = member.fault("prompt is neither a text, nor a list of texts, of tokens or of lists of tokens")
    guard let elements = member.json.array, let first = elements.first else { throw wrong }
    if first.int != nil { return [try tokens(member.json, wrong)] }
    var prompts: [[Int]] = []
    for element in elements {
      if let text = element.string {
        prompts.append(formatting.encode(text, addSpecialTokens: hasBegin))
      } else {
        prompts.append(try tokens(element, wrong))
      }
    }
    return prompts
  }

  private static func tokens(_ json: JSON, _ wrong: ServingError) throws(ServingError) -> [Int] {
    guard let elements = json.array else { throw wrong }
    var tokens: [Int] = []
    for element in elements {
      guard let token = element.int else { throw wrong }
      tokens.append(token)
    }
    return tokens
  }
}

/// What all chunks of a text completion have in common.
struct TextCompletionShape: Sendable {
  let id: String
  let created: Int
  let model: String
  let echo: Bool
  let form: LogProbabilityForm?

  /// One of the answers, or a piece of it.
  func choice(
    _ index: Int, _ text: String, _ reason: AnswerEnd.Reason?, _ tokens: [TokenLogProbability], offset: Int
  ) -> JSON {
    [
      "index": .int(index), "text": .string(text),
      "logprobs": tokens.isEmpty ? .null : form?.text(tokens, offset: offset) ?? .null,
      "finish_reason": reason.map { .string($0.openAIWord) } ?? .null,
    ]
  }

  /// The object around choices.
  func object(_ choices: [JSON], usage: JSON?) -> JSON {
    var members: JSONObject = [
      "id": .string(id), "object": "text_completion", "created": .int(created), "model": .string(model),
      "choices": .array(choices),
    ]
    if let usage { members["usage"] = usage }
    return .object(members)
  }
}

/// Writes the chunks of a text completion.
struct TextCompletionEncoder: AnswerEncoder {
  static let contentType = ServerSentEvents.contentType
  static let ping: String? = ServerSentEvents.ping

  let shape: TextCompletionShape
  let branches: Int
  let includesUsage: Bool
  let echo: String?
  private var offsets: [Int: Int] = [:]
  private var ends: [Int: AnswerEnd] = [:]

  init(shape: TextCompletionShape, branches: Int, includesUsage: Bool, echo: String?) {
    self.shape = shape
    self.branches = branches
    self.includesUsage = includesUsage
    self.echo = echo
  }

  mutating func begin() -> String {
    guard let echo else { return "" }
    for branch in 0..<branches { offsets[branch] = echo.count }
    return (0..<branches).map { frame([shape.choice($0, echo, nil, [], offset: 0)]) }.joined()
  }

  mutating func encode(_ event: AnswerEvent) -> String {
    switch event {
    case .text(let branch, let text, let tokens):
      guard !text.isEmpty || !tokens.isEmpty else { return "" }
      let offset = offsets[branch, default: 0]
      offsets[branch] = offset + text.count
      return frame([shape.choice(branch, text, nil, tokens, offset: offset)])
    case .finished(let branch, let end):
      ends[branch] = end
      return frame([shape.choice(branch, "", end.reason, [], offset: 0)])
    case .prefill, .reasoning, .callBegan, .arguments: return ""
    }
  }

  mutating func end() -> String {
    var text = ""
    if includesUsage, var usage = ends[0]?.usage {
      usage.generatedTokens = ends.values.reduce(0) { $0 + $1.usage.generatedTokens }
      text = ServerSentEvents.frame(shape.object([], usage: usage.openAIJSON).serialized())
    }
    return text + ServerSentEvents.frame("[DONE]")
  }

  mutating func fail(_ error: ServingError) -> String {
    ServerSentEvents.frame(Dialect.openAI.body(error).serialized())
  }

  private func frame(_ choices: [JSON]) -> String {
    ServerSentEvents.frame(shape.object(choices, usage: includesUsage ? .null : nil).serialized())
  }
}
