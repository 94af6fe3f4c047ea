import Generation
import Hummingbird
import JSON

/// What Ollama's two ways to ask have in common: how they begin and how they end.
struct OllamaCall {
  /// The body.
  let reader: WireReader
  /// How to generate.
  let options: GenerationOptions
  /// What the answer must be; nil for anything.
  let format: OutputConstraint.Language?
  /// The model, which is loaded.
  let lease: ModelLease
  private let shape: OllamaShape
  private let desk: AnswerDesk
  private let isLast: Bool
  private let streams: Bool

  /// The model.
  var model: ServedModel { lease.model }

  /// Reads a body and loads its model.
  init(_ request: Request, _ kind: OllamaShape.Kind, _ desk: AnswerDesk, _ registry: ModelRegistry)
    async throws
  {
    reader = try await request.json(desk.limits)
    options = try OllamaOptions.options(reader)
    // What asks nothing is checked all the same.
    _ = try GenerationConfig(options)
    format = try OllamaOptions.format(reader)
    streams = try reader.bool("stream") ?? true
    let keepAlive = try OllamaOptions.keepAlive(reader)
    guard let name = try reader.string("model"), !name.isEmpty else { throw reader.missing("model") }
    lease = try await registry.lease(name, keepAlive: keepAlive)
    shape = OllamaShape(model: lease.model.name, kind: kind)
    isLast = keepAlive == .zero
    self.desk = desk
  }

  /// The answer to a body that asks nothing: the model is loaded, or sent away with a keep_alive of 0.
  var answerToNothing: Response { Response(shape.last("", [], reason: isLast ? "unload" : "load", [:])) }

  /// Refuses pictures in a body or in one of its messages.
  static func refuseImages(_ reader: WireReader) throws(ServingError) {
    guard try reader.list("images") ?? [] == [] else {
      throw reader.fault("images are not understood by this model: send text only", "images")
    }
  }

  /// What the template is told of `think`.
  func thinking() -> JSONObject {
    guard let think = reader.member("think") else { return [:] }
    var variables: JSONObject = ["enable_thinking": .bool(think.json.bool ?? true)]
    if let effort = think.json.string { variables["reasoning_effort"] = .string(effort) }
    return variables
  }

  /// Answers, as a stream unless the body says otherwise.
  func answer(_ plan: AnswerPlan, _ context: ServingContext) async throws -> Response {
    if streams {
      return try await desk.stream(plan, lease, context, as: OllamaEncoder(shape))
    }
    return Response(shape.whole(try await desk.whole(plan, lease, context).branches[0]))
  }
}
