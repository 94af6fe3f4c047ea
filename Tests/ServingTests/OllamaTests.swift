import Generation
import JSON
import ScriptedService
import Serving
import Testing

@Suite struct OllamaTests {
  @Test func chatStreamsByDefault() async throws {
    try await TestServer.run(script: { _ in Script("<think>hm</think>Yes" + callText) }) { server in
      let reply = try await server.post("/api/chat", chat("Hi", ["tools": [weather]]))
      #expect(reply.headers.first(name: "content-type") == "application/x-ndjson")
      let lines = reply.lines
      #expect(lines.dropLast().allSatisfy { $0["done"] == false })
      #expect(lines.compactMap { $0["message"]?["content"]?.string }.joined() == "Yes")
      #expect(lines.compactMap { $0["message"]?["thinking"]?.string }.joined() == "hm")
      let calls = lines.compactMap { $0["message"]?["tool_calls"]?.array }.flatMap { $0 }
      #expect(calls.map { $0["function"]?["arguments"]?["city"] } == ["Köln"])
      let last = try #require(lines.last)
      #expect(last["done"] == true)
      #expect(last["done_reason"] == "stop")
      #expect(last["eval_count"]?.int ?? 0 > 0)
      #expect(last["total_duration"] == 2_000_000)
      let whole = try await server.post("/api/chat", chat("Hi", ["tools": [weather], "stream": false])).json
      #expect(whole["message"]?["tool_calls"]?[0]?["function"]?["name"] == "weather")
      #expect(whole["done"] == true)
    }
  }

  @Test func generate() async throws {
    try await TestServer.run { server in
      let request: JSON = [
        "model": "test:latest", "prompt": "Hi", "system": "Be brief", "stream": false, "format": "json",
        "options": ["temperature": 0, "num_predict": 100, "stop": ["x"]],
      ]
      let reply = try await server.post("/api/generate", request)
      #expect(reply.json["response"] == "Hello, world")
      let seen = try #require(server.service.current.requests.first)
      #expect(ScriptedPrompts().decode(seen.prompt) == "<system>Be brief\n<user>Hi\n<assistant>")
      #expect(seen.config.maxNewTokens == 100)
      #expect(seen.constraint?.language == .jsonObject)
      _ = try await server.post(
        "/api/generate", ["model": "test", "prompt": "Hi", "raw": true, "stream": false])
      #expect(ScriptedPrompts().decode(server.service.current.requests[1].prompt) == "Hi")
    }
  }

  /// 15: a context that is not there is an error.
  @Test func contextThatIsNotThere() async throws {
    try await TestServer.run { server in
      let reply = try await server.post("/api/chat", chat("Hi", ["options": ["num_ctx": 100_000]]))
      #expect(reply.status == 400)
      #expect(reply.json["error"]?.string?.contains("4096") == true)
    }
  }

  /// 40: what a model can do is told, without waking it.
  @Test func lists() async throws {
    var facts = ModelFacts()
    facts.family = "llama"
    facts.template = "{{ tools }} <think>"
    facts.contextLength = 2048
    facts.size = 1000
    try await TestServer.run(facts: facts) { server in
      let show = try await server.post("/api/show", ["model": "test"]).json
      #expect(show["capabilities"] == ["completion", "tools", "thinking"])
      #expect(show["model_info"]?["llama.context_length"] == 2048)
      #expect(show["details"]?["family"] == "llama")
      #expect(try await server.post("/api/show", ["model": "none"]).status == 404)
      #expect(try await server.get("/api/tags").json["models"]?[0]?["name"] == "test")
      #expect(try await server.get("/api/version").json["version"] == "1.2.3")
      #expect(try await server.get("/api/ps").json["models"] == [])
      #expect(try await server.get("/v1/models").json["data"]?[0]?["state"] == "unloaded")
    }
  }

  /// Nothing to say loads a model; with a keep_alive of 0 it leaves.
  @Test func loadingAndUnloading() async throws {
    try await TestServer.run { server in
      let load = try await server.post("/api/generate", ["model": "test"]).json
      #expect(load["done_reason"] == "load")
      #expect(try await server.get("/api/ps").json["models"]?[0]?["name"] == "test")
      let unload = try await server.post("/api/chat", ["model": "test", "keep_alive": 0]).json
      #expect(unload["done_reason"] == "unload")
      try await server.eventually("the model is unloaded") {
        (try? await server.get("/api/ps").json["models"]) == []
      }
      #expect(try await server.post("/api/chat", chat("Hi", ["keep_alive": "soon"])).status == 400)
      #expect(try await server.post("/api/generate", ["model": "test", "stream": [:]]).status == 400)
      #expect(try await server.post("/api/chat", ["model": "", "messages": []]).status == 400)
    }
  }

  @Test func errorsInItsOwnForm() async throws {
    try await TestServer.run(script: { _ in
      var script = Script("Hello")
      script.failure = CompletionFailure(.runnerLost, "gone")
      return script
    }) { server in
      let reply = try await server.post("/api/chat", chat())
      #expect(reply.lines.last?["error"] == "gone")
      #expect(
        try await server.post("/api/chat", ["messages": []]).json["error"]?.string?.contains("model") == true)
      #expect(try await server.post("/api/embed", ["model": "test", "input": "x"]).status == 501)
      #expect(try await server.post("/api/create", ["model": "test"]).json["error"]?.string?.isEmpty == false)
    }
  }
}
