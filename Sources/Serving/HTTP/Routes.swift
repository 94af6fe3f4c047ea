import HTTPTypes
import Hummingbird

/// Which endpoint is answered by whom.
struct Routes {
  private typealias Handler = @Sendable (Request, ServingContext) async throws -> Response

  let desk: AnswerDesk
  let registry: ModelRegistry
  let access: AccessRules
  let log: AccessLog?
  let version: String
  /// Nil where clients may bring no models in.
  let fetches: ModelFetches?

  /// The router with every endpoint.
  func makeResponder() -> some HTTPResponder<ServingContext> {
    let table = endpoints
    var methods: [String: [HTTPRequest.Method]] = [:]
    for (method, path, _) in table { methods[path, default: []].append(method) }
    let router = Router(context: ServingContext.self)
    router.add(
      middleware: GateMiddleware(
        access: access, limits: desk.limits, log: log, metrics: desk.metrics, methods: methods))
    for (method, path, handler) in table {
      router.on(RouterPath(path), method: method, use: handler)
    }
    return router.buildResponder()
  }

  private var endpoints: [(HTTPRequest.Method, String, Handler)] {
    openAI + anthropic + ollama + llamaServer + health + page
  }

  private var openAI: [(HTTPRequest.Method, String, Handler)] {
    let chat = ChatCompletionsRoute(desk: desk, registry: registry)
    let text = CompletionsRoute(desk: desk, registry: registry)
    let responses = ResponsesRoute(desk: desk, registry: registry)
    let models = ModelsRoute(registry: registry)
    let missing: [(HTTPRequest.Method, String, Handler)] = [
      "/v1/embeddings", "/v1/rerank", "/rerank", "/v1/audio/speech", "/v1/audio/transcriptions",
      "/v1/images/generations",
    ].map { path in (.post, path, Self.missing("this server has no model for \(path)")) }
    return [
      (.post, "/v1/chat/completions", chat.respond), (.post, "/chat/completions", chat.respond),
      (.post, "/v1/completions", text.respond), (.post, "/completions", text.respond),
      (.post, "/v1/responses", responses.respond),
      (.post, "/v1/responses/input_tokens", responses.count),
      (.get, "/v1/models", models.list), (.get, "/models", models.list), (.get, "/v1/models/**", models.one),
    ] + missing
  }

  private var anthropic: [(HTTPRequest.Method, String, Handler)] {
    let messages = MessagesRoute(desk: desk, registry: registry)
    return [(.post, "/v1/messages", messages.respond), (.post, "/v1/messages/count_tokens", messages.count)]
  }

  private var ollama: [(HTTPRequest.Method, String, Handler)] {
    let chat = OllamaChatRoute(desk: desk, registry: registry)
    let generate = OllamaGenerateRoute(desk: desk, registry: registry)
    let pull = OllamaPullRoute(desk: desk, registry: registry, access: access, fetches: fetches)
    let models = OllamaModelRoutes(registry: registry, limits: desk.limits, version: version)
    let missing: [(HTTPRequest.Method, String, Handler)] = [
      (.post, "/api/embed"), (.post, "/api/embeddings"), (.post, "/api/create"), (.post, "/api/copy"),
      (.post, "/api/push"), (.delete, "/api/delete"),
    ].map { method, path in (method, path, Self.missing("this server does not offer \(path)")) }
    return [
      (.post, "/api/chat", chat.respond), (.post, "/api/generate", generate.respond),
      (.get, "/api/tags", models.tags), (.get, "/api/ps", models.running), (.post, "/api/show", models.show),
      (.get, "/api/version", models.version), (.post, "/api/pull", pull.respond),
    ] + missing
  }

  private var llamaServer: [(HTTPRequest.Method, String, Handler)] {
    let routes = LlamaServerRoutes(registry: registry, limits: desk.limits, version: version)
    return [
      (.post, "/tokenize", routes.tokenize), (.post, "/detokenize", routes.detokenize),
      (.post, "/apply-template", routes.applyTemplate), (.get, "/props", routes.properties),
      (.get, "/slots", routes.slots),
      (.post, "/infill", Self.missing("this server has no form for filling in")),
    ]
  }

  private var health: [(HTTPRequest.Method, String, Handler)] {
    let routes = HealthRoutes(
      registry: registry, state: desk.state, limits: desk.limits, metrics: desk.metrics)
    return [
      (.get, "/live", routes.live), (.get, "/ready", routes.ready), (.get, "/health", routes.ready),
      (.get, "/v1/health", routes.ready), (.get, "/v2/health/live", routes.live),
      (.get, "/v2/health/ready", routes.ready), (.get, "/metrics", routes.figures),
      (
        .get, "/openapi.json",
        { [version] _, _ in
          Response(text: OpenAPIDescription.text(version: version), type: "application/json")
        }
      ),
    ]
  }

  private var page: [(HTTPRequest.Method, String, Handler)] {
    [(.get, "/", { _, _ in PageRoute.page() }), (.head, "/", { _, _ in PageRoute.head() })]
  }

  private static func missing(_ message: String) -> Handler {
    { _, _ in throw ServingError(.notImplemented, message) }
  }
}
