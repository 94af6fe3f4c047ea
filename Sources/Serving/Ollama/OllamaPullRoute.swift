import Digests
import Hummingbird
import JSON
import NIOCore

/// `POST /api/pull`: a model of the hub is downloaded, baked while it comes in, and then is one of the server's.
struct OllamaPullRoute {
  let desk: AnswerDesk
  let registry: ModelRegistry
  let access: AccessRules
  /// Nil for a server that brings nothing in.
  let fetches: ModelFetches?

  /// After which it is looked whether the server is going down.
  private static let tick = Duration.seconds(1)

  func respond(_ request: Request, _ context: ServingContext) async throws -> Response {
    let reader = try await request.json(desk.limits)
    guard let name = try reader.string("model", "name"), !name.isEmpty else { throw reader.missing("model") }
    let streams = try reader.bool("stream") ?? true
    let stem = ModelRegistry.plainName(name)
    var events = AsyncThrowingStream<FetchProgress, any Error> { $0.finish() }
    if (try? await registry.entry(exactly: stem)) == nil {
      guard let fetches else {
        throw access.refusal(
          "this server brings no models in: it was started with \(setting: .fetchesNothing)")
      }
      guard !desk.state.isDraining else { throw ServingError(.unavailable, "the server is going down") }
      events = await fetches.fetch(stem)
    }
    context.record.note { $0.model = stem }
    guard streams else {
      let arrival = events
      try await context.whilePresent { for try await _ in arrival {} }
      return Response(["status": "success"])
    }
    let presence = try await ClientPresence.of(context.channel)
    let lines = PullLines(name: stem)
    let items = LiveStream.make(events, tick: Self.tick, presence: presence)
    return Response(
      status: .ok, headers: [.contentType: OllamaEncoder.contentType, .cacheControl: "no-cache"],
      body: ResponseBody { [state = desk.state] writer in
        try await Self.write(lines, items, state, context.record, &writer)
        try await writer.finish(nil)
      })
  }

  private static func write(
    _ lines: PullLines, _ items: AsyncStream<LiveItem<FetchProgress>>, _ state: ServerState,
    _ record: RequestRecord, _ writer: inout any ResponseBodyWriter
  ) async throws {
    func end(_ error: ServingError) async throws {
      record.note { $0.error = error.message }
      try await writer.write(ByteBuffer(string: PullLines.line(Dialect.ollama.body(error))))
    }
    try await writer.write(ByteBuffer(string: PullLines.line(["status": "pulling manifest"])))
    for await item in items {
      switch item {
      case .event(let progress): try await writer.write(ByteBuffer(string: lines.line(progress)))
      case .tick:
        guard state.isDraining else { continue }
        return try await end(
          ServingError(.unavailable, "the server is going down; what has come is kept: pull again"))
      case .failed(let error): return try await end(ServingError(error))
      }
    }
    try await writer.write(ByteBuffer(string: PullLines.line(["status": "success"])))
  }
}

/// The lines of a pull. Clients draw a bar for each digest, so download and bake have one each: they go on at once.
private struct PullLines: Sendable {
  private let download: String
  private let bake: String

  init(name: String) {
    func digest(_ text: String) -> String {
      "sha256:" + Hex.text(of: SHA256.digest(of: text.utf8))
    }
    download = digest("download " + name)
    bake = digest("bake " + name)
  }

  func line(_ progress: FetchProgress) -> String {
    switch progress {
    case .stage(let text): Self.line(["status": .string(text)])
    case .download(let done, let total): bar("pulling", download, done, total)
    case .bake(let done, let total): bar("baking", bake, done, total)
    }
  }

  private func bar(_ word: String, _ digest: String, _ done: Int, _ total: Int) -> String {
    Self.line([
      "status": .string("\(word) \(digest.dropFirst(7).prefix(12))"), "digest": .string(digest),
      "total": .int(total), "completed": .int(done),
    ])
  }

  static func line(_ json: JSON) -> String { json.serialized() + "\n" }
}
