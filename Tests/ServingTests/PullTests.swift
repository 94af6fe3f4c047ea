import Generation
import JSON
import ScriptedService
import Serving
import Synchronization
import Testing

/// `/api/pull`, with something that brings models in without a hub.
@Suite struct PullTests {
  /// What was asked for, and what became of it.
  private final class Kitchen: Sendable {
    struct Notes: Sendable {
      var names: [String] = []
      var cancelled = 0
    }
    private let notes = Mutex(Notes())
    var current: Notes { notes.withLock { $0 } }

    /// Brings `org/new`; waits for ever for `org/slow`; has nothing else.
    func fetch(
      _ name: String, _ tell: @escaping @Sendable (FetchProgress) -> Void
    ) async throws -> ModelSource {
      notes.withLock { $0.names.append(name) }
      tell(.stage("reading"))
      tell(.download(done: 10, of: 100))
      tell(.bake(done: 5, of: 100))
      if name == "org/slow" {
        do {
          try await Task.sleep(for: .seconds(1000))
        } catch {
          notes.withLock { $0.cancelled += 1 }
          throw error
        }
      }
      guard name == "org/new" else { throw ServingError(.unknownModel, "the hub has no \(name)") }
      return ModelSource(name: name, facts: ModelFacts()) {
        ServedModel(name: name, service: ScriptedService { _ in Script("new") }, prompts: ScriptedPrompts())
      }
    }
  }

  @Test func comesInAndCanBeAsked() async throws {
    let kitchen = Kitchen()
    try await TestServer.run(fetcher: kitchen.fetch) { server in
      let reply = try await server.post("/api/pull", ["model": "hf.co/org/new:latest"])
      #expect(reply.headers.first(name: "content-type") == "application/x-ndjson")
      let lines = reply.lines
      #expect(lines.first?["status"] == "pulling manifest")
      #expect(lines.last?["status"] == "success")
      #expect(lines.contains { $0["total"] == 100 && $0["completed"] == 10 })
      let digests = Set(lines.compactMap { $0["digest"]?.string })
      #expect(digests.count == 2)
      #expect(digests.allSatisfy { $0.hasPrefix("sha256:") && $0.utf8.count == 71 })
      let tags = try await server.get("/api/tags").json["models"]?.array?.compactMap { $0["name"]?.string }
      #expect(tags == ["test", "org/new"])
      #expect(try await server.get("/v1/models/org/new").json["state"] == "unloaded")
      let answer = try await server.post("/v1/chat/completions", chat("Hi", ["model": "org/new"]))
      #expect(answer.json["choices"]?[0]?["message"]?["content"] == "new")
      // What is there does not come again.
      let again = try await server.post("/api/pull", ["name": "org/new", "stream": false])
      #expect(again.json == ["status": "success"])
      #expect(kitchen.current.names == ["org/new"])
    }
  }

  @Test func failures() async throws {
    try await TestServer.run(fetcher: Kitchen().fetch) { server in
      let whole = try await server.post("/api/pull", ["model": "org/none", "stream": false])
      #expect(whole.status == 404)
      #expect(whole.json["error"] == "the hub has no org/none")
      let stream = try await server.post("/api/pull", ["model": "org/none"])
      #expect(stream.lines.last?["error"] == "the hub has no org/none")
      #expect(try await server.post("/api/pull", [:]).status == 400)
    }
    try await TestServer.run { server in
      let refused = try await server.post("/api/pull", ["model": "org/new"])
      #expect(refused.status == 403)
      let present = try await server.post("/api/pull", ["model": "test", "stream": false])
      #expect(present.status == 200)
    }
  }

  /// Several wait for one; when the last of them has left, it stops.
  @Test func stopsWhenNobodyWaits() async throws {
    let kitchen = Kitchen()
    try await TestServer.run(fetcher: kitchen.fetch) { server in
      let waiting = (0..<2).map { _ in
        Task { try await server.post("/api/pull", ["model": "org/slow", "stream": false]) }
      }
      try await server.eventually("it is on its way") { kitchen.current.names.count == 1 }
      waiting[0].cancel()
      _ = await waiting[0].result
      waiting[1].cancel()
      _ = await waiting[1].result
      try await server.eventually("it has stopped") { kitchen.current.cancelled == 1 }
      #expect(kitchen.current.names == ["org/slow"])
    }
  }
}
