import AsyncHTTPClient
import Foundation
import Generation
import JSON
import NIOCore
import NIOHTTP1
import ScriptedService
import Serving
import Synchronization
import Testing

/// A server on the loopback with a scripted model, and a client for it.
struct TestServer: Sendable {
  let url: String
  let service: ScriptedService
  let server: HTTPServer
  let log: Lines

  /// The client of all tests. It waits for a connection as long as for an answer: on a busy machine the many requests
  /// of one test queue for the few connections that a host gets.
  static let client = {
    var configuration = HTTPClient.Configuration()
    configuration.timeout.connect = .seconds(120)
    return HTTPClient(configuration: configuration)
  }()

  /// What the access log says.
  final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
  }

  /// Runs `body` with a server whose model answers with `script`.
  static func run(
    contextLength: Int = 4096, access: AccessRules = AccessRules(),
    address: ListeningAddress = .host("127.0.0.1", port: 0),
    certificate: (chain: String, key: String)? = nil, limits: ServingLimits = ServingLimits(),
    facts: ModelFacts = ModelFacts(), keepAlive: Duration? = nil,
    prompts: ScriptedPrompts = ScriptedPrompts(),
    fetcher: ModelFetcher? = nil,
    script: @escaping @Sendable (CompletionRequest) -> Script = { _ in Script("Hello, world") },
    _ body: @Sendable (TestServer) async throws -> Void
  ) async throws {
    let service = ScriptedService(contextLength: contextLength, script: script)
    let source = ModelSource(name: "test", facts: facts) {
      ServedModel(name: "test", service: service, prompts: prompts, syntax: TaggedSyntax())
    }
    let lines = Lines()
    var options = ServerOptions()
    options.access = access
    options.limits = limits
    options.address = address
    options.certificate = certificate
    options.log = AccessLog { lines.add($0) }
    options.version = "1.2.3"
    options.fetcher = fetcher
    let (running, continuation) = AsyncStream<SocketAddress?>.makeStream()
    options.whenRunning = { continuation.yield($0) }
    let server = HTTPServer(ModelRegistry([source], keepAlive: keepAlive), options: options)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { continuation.finish() }
        try await server.run()
      }
      guard let bound = await running.first(where: { _ in true }) else {
        try await group.waitForAll()
        return
      }
      let scheme = certificate == nil ? "http" : "https"
      let url = "\(scheme)://127.0.0.1:\(bound?.port ?? 0)"
      defer { group.cancelAll() }
      try await body(TestServer(url: url, service: service, server: server, log: lines))
    }
  }

  /// An answer with its body.
  struct Reply {
    var status: Int
    var headers: HTTPHeaders
    var text: String

    var json: JSON { (try? JSON(parsing: text)) ?? .null }
    /// The data of server-sent events, with their names.
    var events: [(name: String?, data: String)] {
      text.components(separatedBy: "\n\n").filter { !$0.isEmpty && !$0.hasPrefix(":") }.map { frame in
        var (name, data): (String?, String) = (nil, "")
        for line in frame.components(separatedBy: "\n") {
          if line.hasPrefix("event: ") { name = String(line.dropFirst(7)) }
          if line.hasPrefix("data: ") { data += line.dropFirst(6) }
        }
        return (name, data)
      }
    }
    /// The data of server-sent events as JSON, without `[DONE]`.
    var chunks: [JSON] { events.compactMap { try? JSON(parsing: $0.data) } }
    /// The lines of NDJSON.
    var lines: [JSON] { text.split(separator: "\n").compactMap { try? JSON(parsing: String($0)) } }
  }

  func request(_ method: HTTPMethod, _ path: String, headers: [(String, String)] = []) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: url + path)
    request.method = method
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    return request
  }

  func get(_ path: String, headers: [(String, String)] = []) async throws -> Reply {
    try await send(request(.GET, path, headers: headers))
  }

  func post(_ path: String, _ json: JSON, headers: [(String, String)] = []) async throws -> Reply {
    try await post(path, text: json.serialized(), headers: headers)
  }

  func post(_ path: String, text: String, headers: [(String, String)] = []) async throws -> Reply {
    var request = request(.POST, path, headers: headers)
    request.headers.add(name: "content-type", value: "application/json")
    request.body = .bytes(ByteBuffer(string: text))
    return try await send(request)
  }

  func send(_ request: HTTPClientRequest) async throws -> Reply {
    let response = try await Self.client.execute(request, timeout: .seconds(120))
    let body = try await response.body.collect(upTo: 1 << 24)
    return Reply(status: Int(response.status.code), headers: response.headers, text: String(buffer: body))
  }

  /// Waits until something is so; fails after a minute.
  func eventually(_ what: Comment, _ isSo: @Sendable () async -> Bool) async throws {
    for _ in 0..<6000 {
      if await isSo() { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record(what)
  }
}

/// A chat of one question.
func chat(_ question: String = "Hi", _ more: JSONObject = [:]) -> JSON {
  let base: JSONObject = ["model": "test", "messages": [["role": "user", "content": .string(question)]]]
  return .object(base.merging(more) { _, new in new })
}

/// A tool with a parameter.
let weather: JSON = [
  "type": "function",
  "function": [
    "name": "weather", "description": "tells the weather",
    "parameters": ["type": "object", "properties": ["city": ["type": "string"]], "required": ["city"]],
  ],
]

/// A text that calls it.
let callText =
  "<tool_call>{\"name\": \"weather\", \"arguments\": {\"city\": \"Köln\"}}</tool_call>"
