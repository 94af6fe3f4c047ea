import AsyncHTTPClient
import Foundation
import Generation
import JSON
import NIOCore
import ScriptedService
import Serving
import Testing

/// What the server does whatever the dialect.
@Suite struct ServerTests {
  /// 41: a silent stream shows that it lives; Anthropic has an event for it.
  @Test func signsOfLife() async throws {
    var limits = ServingLimits()
    limits.pingTime = .milliseconds(20)
    try await TestServer.run(
      limits: limits,
      script: { _ in
        var script = Script("Hello")
        script.silence = .seconds(6)
        return script
      }
    ) { server in
      let reply = try await server.post("/v1/chat/completions", chat("Hi", ["stream": true]))
      #expect(reply.text.contains(": ping\n\n"))
      #expect(reply.chunks.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined() == "Hello")
      let messages = try await server.post("/v1/messages", MessagesTests.request(["stream": true]))
      #expect(messages.events.contains { $0.name == "ping" })
      let ollama = try await server.post("/api/chat", chat())
      #expect(ollama.lines.count == ollama.text.split(separator: "\n").count)
    }
  }

  /// 42: work ends when the client leaves, streamed or not, also while nothing is sent.
  @Test(arguments: [false, true]) func leavingFreesTheWork(streams: Bool) async throws {
    try await TestServer.run(script: { _ in
      var script = Script(String(repeating: "word ", count: 1000))
      script.silence = .seconds(60)
      return script
    }) { server in
      var request = server.request(.POST, "/v1/chat/completions")
      request.body = .bytes(ByteBuffer(string: chat("Hi", ["stream": .bool(streams)]).serialized()))
      let asked = request
      let client = Task {
        try await TestServer.client.execute(asked, timeout: .seconds(120)).body.collect(upTo: 1 << 20)
      }
      try await server.eventually("the request is being answered") { server.service.current.running == 1 }
      client.cancel()
      try await server.eventually("the work is freed") {
        server.service.current.running == 0 && server.service.current.cancelled == 1
      }
      try await server.eventually("the server counts nothing any more") { server.server.state.running == 0 }
    }
  }

  @Test func keys() async throws {
    try await TestServer.run(access: AccessRules(keys: ["secret", "other"])) { server in
      #expect(try await server.post("/v1/chat/completions", chat()).status == 401)
      let wrong = try await server.post(
        "/v1/chat/completions", chat(), headers: [("authorization", "Bearer secre")])
      #expect(wrong.status == 401)
      #expect(wrong.json["error"]?["code"] == "invalid_api_key")
      for header in [
        ("authorization", "Bearer secret"), ("authorization", "bearer other"), ("x-api-key", "secret"),
      ] {
        #expect(try await server.post("/v1/chat/completions", chat(), headers: [header]).status == 200)
      }
      #expect(
        try await server.post("/v1/messages", MessagesTests.request()).json["error"]?["type"]
          == "authentication_error")
      #expect(try await server.get("/metrics").status == 401)
      #expect(try await server.get("/live").status == 200)
      #expect(try await server.get("/").status == 200)
    }
  }

  @Test func hostsAndOrigins() async throws {
    let access = AccessRules(hosts: ["127.0.0.1"], origins: ["https://app.example"])
    // A balancer's HTTP/1.0, which names nobody.
    #expect(throws: Never.self) { try access.checkHost(nil) }
    try await TestServer.run(access: access) { server in
      let foreign = try await server.get("/v1/models", headers: [("host", "evil.example:8080")])
      #expect(foreign.status == 403)
      #expect(try await server.get("/v1/models", headers: [("origin", "https://evil.example")]).status == 403)
      let named = try await server.get("/v1/models", headers: [("origin", "https://app.example")])
      #expect(named.status == 200)
      #expect(named.headers.first(name: "access-control-allow-origin") == "https://app.example")
      let own = try await server.get("/v1/models", headers: [("origin", server.url)])
      #expect(own.status == 200)
      #expect(own.headers.first(name: "access-control-allow-origin") == nil)
      let asked = try await server.send(
        server.request(
          .OPTIONS, "/v1/chat/completions",
          headers: [("origin", "https://app.example"), ("access-control-request-method", "POST")]))
      #expect(asked.status == 204)
      #expect(asked.headers.first(name: "access-control-allow-methods")?.contains("POST") == true)
    }
  }

  @Test func limits() async throws {
    var limits = ServingLimits()
    limits.bodyBytes = 2000
    limits.headerBytes = 4096
    limits.jsonDepth = 20
    limits.promptTokens = 1000
    limits.bodyTime = .milliseconds(300)
    try await TestServer.run(limits: limits) { server in
      let long = String(repeating: "x", count: 3000)
      let body = try await server.post("/v1/chat/completions", chat(long))
      #expect(body.status == 413)
      #expect(body.json["error"]?["message"]?.string?.contains("2000") == true)
      #expect(try await server.post("/v1/messages", chat(long)).json["error"]?["type"] == "request_too_large")
      let headers = try await server.get(
        "/v1/models", headers: [("x-long", String(repeating: "x", count: 5000))])
      #expect(headers.status == 431)
      let prompt = try await server.post("/v1/chat/completions", chat(String(repeating: "x", count: 1100)))
      #expect(prompt.json["error"]?["code"] == "context_length_exceeded")
      let deep = String(repeating: "[", count: 50) + String(repeating: "]", count: 50)
      #expect(try await server.post("/v1/chat/completions", text: "{\"x\": \(deep)}").status == 400)
      // A body that does not come, for longer than a busy machine takes to say so.
      var slow = server.request(.POST, "/v1/chat/completions")
      slow.body = .stream(
        AsyncStream<ByteBuffer> { continuation in
          continuation.yield(ByteBuffer(string: "{"))
          Task {
            try await Task.sleep(for: .seconds(60))
            continuation.finish()
          }
        }, length: .known(Int64(100)))
      let late = try await TestServer.client.execute(slow, timeout: .seconds(120))
      #expect(late.status.code == 408)
    }
  }

  @Test(arguments: ["", "{", "[]", "7", "{\"a\": }", "\u{0}", "{\"model\": \"test\"", "nul"])
  func brokenJSON(text: String) async throws {
    try await TestServer.run { server in
      for path in ["/v1/chat/completions", "/v1/messages", "/api/chat", "/v1/responses", "/tokenize"] {
        let reply = try await server.post(path, text: text)
        #expect(reply.status == 400)
        #expect(reply.json["error"] != nil)
      }
    }
  }

  @Test func pathsAndMethods() async throws {
    try await TestServer.run { server in
      #expect(try await server.get("/v1/nothing").status == 404)
      let wrong = try await server.get("/v1/chat/completions")
      #expect(wrong.status == 405)
      #expect(wrong.headers.first(name: "allow") == "POST")
      let embeddings = try await server.post("/v1/embeddings", ["model": "test", "input": "x"])
      #expect(embeddings.status == 501)
      #expect(embeddings.json["error"]?["type"] == "not_implemented_error")
      let unknown = try await server.post("/v1/chat/completions", chat("Hi", ["model": "gpt"]))
      #expect(unknown.status == 404)
      #expect(unknown.json["error"]?["code"] == "model_not_found")
      #expect(unknown.json["error"]?["param"] == "model")
      #expect(try await server.get("/v1/models/test").json["id"] == "test")
      #expect(try await server.get("/v1/models/none").status == 404)
    }
  }

  @Test func busyAndDraining() async throws {
    try await TestServer.run(script: { request in
      var script = Script("Hello")
      if request.config.maxNewTokens == 1 {
        script.refusal = CompletionFailure(.queueFull, "the queue is full")
      }
      return script
    }) { server in
      let busy = try await server.post("/v1/chat/completions", chat("Hi", ["max_tokens": 1]))
      #expect(busy.status == 503)
      #expect(busy.json["error"]?["code"] == "queue_full")
      #expect(busy.headers.first(name: "retry-after") != nil)
      #expect(try await server.post("/v1/messages", MessagesTests.request(["max_tokens": 1])).status == 529)
      #expect(try await server.get("/ready").status == 200)
      server.server.state.beginDraining()
      let late = try await server.post("/v1/chat/completions", chat())
      #expect(late.status == 503)
      #expect(late.headers.first(name: "retry-after") != nil)
      #expect(try await server.get("/ready").status == 503)
      #expect(try await server.get("/live").status == 200)
    }
  }

  /// A healthy process with an engine that makes no step is not ready.
  @Test func stuckEngine() async throws {
    try await TestServer.run { server in
      _ = try await server.post("/v1/chat/completions", chat())
      #expect(try await server.get("/health").status == 200)
      server.service.stall(for: 1000)
      #expect(try await server.get("/health").status == 503)
      #expect(try await server.get("/ready").json["status"] == "stuck")
      #expect(try await server.get("/live").status == 503)
    }
  }

  @Test func figures() async throws {
    try await TestServer.run { server in
      _ = try await server.post("/v1/chat/completions", chat())
      _ = try await server.post("/v1/chat/completions", chat("Hi", ["stream": true]))
      let text = try await server.get("/metrics").text
      for line in [
        "oven:generation_tokens_total{model_name=\"test\"} 26.0",
        "oven:request_success_total{model_name=\"test\",finished_reason=\"stop\"} 2.0",
        "oven:time_to_first_token_seconds_count{model_name=\"test\"} 2",
        "oven:e2e_request_latency_seconds_bucket{model_name=\"test\",le=\"+Inf\"} 2",
        "oven:num_requests_running{model_name=\"test\"} 0.0",
        "oven:prefix_cache_hits_total{model_name=\"test\"} 7.0",
        "# TYPE oven:inter_token_latency_seconds histogram",
      ] {
        #expect(text.contains(line + "\n"), "\(line)")
      }
    }
  }

  /// The log has figures and ids, and no word of what was said.
  @Test func accessLog() async throws {
    try await TestServer.run { server in
      let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
      let reply = try await server.post(
        "/v1/chat/completions", chat("my secret", ["stream": true]),
        headers: [("traceparent", "00-\(trace)-00f067aa0ba902b7-01")])
      #expect(reply.headers.first(name: "x-request-id") == trace)
      try await server.eventually("the line is written") { !server.log.all.isEmpty }
      let line = try JSON(parsing: server.log.all[0])
      #expect(line["id"]?.string == trace)
      #expect(line["status"] == 200)
      #expect(line["path"] == "/v1/chat/completions")
      #expect(line["model"] == "test")
      #expect(line["generated_tokens"] == 13)
      #expect(line["finish_reason"] == "stop")
      #expect(!server.log.all.joined().contains("secret"))
      #expect(!server.log.all.joined().contains("Hello"))
    }
  }

  @Test func llamaServersTools() async throws {
    var facts = ModelFacts()
    facts.template = "the template"
    try await TestServer.run(facts: facts) { server in
      #expect(try await server.post("/tokenize", ["content": "ab"]).json["tokens"] == [97, 98])
      let pieces = try await server.post("/tokenize", ["content": "é", "with_pieces": true]).json["tokens"]
      #expect(pieces?[0]?["piece"] == [195])
      #expect(try await server.post("/detokenize", ["tokens": [97, 98]]).json["content"] == "ab")
      #expect(try await server.post("/apply-template", chat()).json["prompt"] == "<user>Hi\n<assistant>")
      let props = try await server.get("/props").json
      #expect(props["chat_template"] == "the template")
      #expect(props["default_generation_settings"]?["n_ctx"] == 4096)
      #expect(try await server.get("/slots").json[0]?["n_ctx"] == 4096)
    }
  }

  /// One connection serves many requests, streams included.
  @Test func keptConnections() async throws {
    try await TestServer.run { server in
      for count in 0..<40 {
        let reply = try await server.post(
          "/v1/chat/completions", chat("Hi", ["stream": .bool(count % 2 == 0)]))
        #expect(reply.status == 200)
      }
    }
  }

  @Test func manyAtOnce() async throws {
    try await TestServer.run { server in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<64 {
          group.addTask {
            let reply = try await server.post("/v1/chat/completions", chat("Hi", ["stream": true]))
            return reply.chunks.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined()
              == "Hello, world"
          }
        }
        for try await isWhole in group { #expect(isWhole) }
      }
    }
  }

  @Test func unixSocket() async throws {
    let path = FileManager.default.temporaryDirectory.path + "/oven-\(UInt32.random(in: 0 ... .max)).sock"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await TestServer.run(address: .path(path)) { server in
      let url = try #require(URL(httpURLWithSocketPath: path, uri: "/v1/models"))
      let response = try await TestServer.client.execute(
        HTTPClientRequest(url: url.absoluteString), timeout: .seconds(120))
      #expect(response.status == .ok)
    }
  }

  /// The page runs nothing but its own script, and asks nobody else.
  @Test func page() async throws {
    try await TestServer.run { server in
      let reply = try await server.get("/")
      let policy = try #require(reply.headers.first(name: "content-security-policy"))
      #expect(policy.contains("default-src 'none'"))
      #expect(!policy.contains("unsafe"))
      #expect(!reply.text.contains("src=\"http"))
      #expect(!reply.text.contains("innerHTML"))
      #expect(try await server.send(server.request(.HEAD, "/")).status == 200)
    }
  }
}
