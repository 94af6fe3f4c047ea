import Generation
import JSON
import ScriptedService
import Serving
import Testing

@Suite struct MessagesTests {
  static func request(_ more: JSONObject = [:]) -> JSON {
    let base: JSONObject = [
      "model": "test", "max_tokens": 100, "messages": [["role": "user", "content": "Hi"]],
    ]
    return .object(base.merging(more) { _, new in new })
  }

  static let tool: JSON = ["name": "weather", "input_schema": ["type": "object", "properties": [:]]]

  @Test func wholeAnswer() async throws {
    try await TestServer.run(script: { _ in Script("<think>hm</think>Yes" + callText) }) { server in
      let json = try await server.post("/v1/messages?beta=true", Self.request(["tools": [Self.tool]])).json
      #expect(json["type"] == "message")
      #expect(json["role"] == "assistant")
      #expect(json["content"]?.array?.map { $0["type"] } == ["thinking", "text", "tool_use"])
      #expect(json["content"]?[2]?["input"]?["city"] == "Köln")
      #expect(json["stop_reason"] == "tool_use")
    }
  }

  /// 37: the first event has the prompt's tokens.
  @Test func streamedAnswer() async throws {
    try await TestServer.run(script: { _ in Script("<think>hm</think>Yes" + callText) }) { server in
      let reply = try await server.post("/v1/messages", Self.request(["stream": true, "tools": [Self.tool]]))
      #expect(reply.events.map(\.name) == reply.chunks.map { $0["type"]?.string })
      var order: [String] = []
      for type in reply.chunks.compactMap({ $0["type"]?.string }) where order.last != type {
        order.append(type)
      }
      let block = ["content_block_start", "content_block_delta", "content_block_stop"]
      #expect(order == ["message_start"] + block + block + block + ["message_delta", "message_stop"])
      let count = reply.chunks[0]["message"]?["usage"]?["input_tokens"]?.int
      #expect(count == server.service.current.requests[0].prompt.count)
      let starts = reply.chunks.filter { $0["type"] == "content_block_start" }
      #expect(starts.map { $0["index"]?.int } == [0, 1, 2])
      #expect(starts.map { $0["content_block"]?["type"] } == ["thinking", "text", "tool_use"])
      func deltas(_ type: JSON, _ name: String) -> String {
        reply.chunks.filter { $0["delta"]?["type"] == type }.compactMap { $0["delta"]?[name]?.string }
          .joined()
      }
      #expect(deltas("thinking_delta", "thinking") == "hm")
      #expect(deltas("text_delta", "text") == "Yes")
      #expect(deltas("input_json_delta", "partial_json") == "{\"city\":\"Köln\"}")
      let end = reply.chunks.first { $0["type"] == "message_delta" }
      #expect(end?["delta"]?["stop_reason"] == "tool_use")
      #expect(end?["usage"]?["output_tokens"]?.int ?? 0 > 0)
    }
  }

  @Test func reasonsToStop() async throws {
    try await TestServer.run(script: { _ in Script("one STOP two") }) { server in
      let stopped = try await server.post("/v1/messages", Self.request(["stop_sequences": ["STOP"]])).json
      #expect(stopped["stop_reason"] == "stop_sequence")
      #expect(stopped["stop_sequence"] == "STOP")
      #expect(stopped["content"]?[0]?["text"] == "one ")
      #expect(
        try await server.post("/v1/messages", Self.request(["max_tokens": 2])).json["stop_reason"]
          == "max_tokens")
      #expect(try await server.post("/v1/messages", Self.request()).json["stop_reason"] == "end_turn")
    }
  }

  /// 38, 39: counting counts the whole prompt; a client's billing note is no part of it.
  @Test func countsAndBilling() async throws {
    try await TestServer.run { server in
      func count(_ more: JSONObject) async throws -> Int {
        let reply = try await server.post("/v1/messages/count_tokens", Self.request(more))
        return try #require(reply.json["input_tokens"]?.int)
      }
      let bare = try await count([:])
      #expect(bare == "<user>Hi\n<assistant>".utf8.count)
      #expect(try await count(["system": "Be brief"]) == bare + "<system>Be brief\n".utf8.count)
      #expect(try await count(["tools": [Self.tool]]) > bare + 20)
      let billed: JSON = [
        ["type": "text", "text": "x-anthropic-billing-header: cc_version=1; cch=42"],
        ["type": "text", "text": "Be brief", "cache_control": ["type": "ephemeral"]],
      ]
      #expect(try await count(["system": billed]) == bare + "<system>Be brief\n".utf8.count)
    }
  }

  @Test func historyOfBlocks() async throws {
    try await TestServer.run { server in
      let messages: JSON = [
        ["role": "user", "content": [["type": "text", "text": "Weather?"]]],
        [
          "role": "assistant",
          "content": [
            ["type": "thinking", "thinking": "hm", "signature": ""], ["type": "text", "text": "Let me see"],
            ["type": "tool_use", "id": "t1", "name": "weather", "input": ["city": "Bonn"]],
          ],
        ],
        [
          "role": "user",
          "content": [
            ["type": "tool_result", "tool_use_id": "t1", "content": [["type": "text", "text": "rain"]]],
            ["type": "text", "text": "And now?"],
          ],
        ],
      ]
      let reply = try await server.post("/v1/messages", Self.request(["messages": messages]))
      #expect(reply.status == 200)
      let prompt = ScriptedPrompts().decode(server.service.current.requests[0].prompt)
      #expect(prompt.contains("<user>Weather?\n<assistant>Let me see["))
      #expect(prompt.contains("<tool>rain\n<user>And now?\n"))
    }
  }

  @Test func errorsInItsOwnForm() async throws {
    try await TestServer.run(script: { _ in
      var script = Script("Hello")
      script.failure = CompletionFailure(.runnerLost, "gone")
      return script
    }) { server in
      let missing = try await server.post("/v1/messages", ["model": "test", "messages": []])
      #expect(missing.status == 400)
      #expect(missing.json["type"] == "error")
      #expect(missing.json["error"]?["type"] == "invalid_request_error")
      let unknown = try await server.post("/v1/messages", Self.request(["model": "claude"]))
      #expect(unknown.status == 404)
      #expect(unknown.json["error"]?["type"] == "not_found_error")
      let stream = try await server.post("/v1/messages", Self.request(["stream": true]))
      #expect(stream.events.last?.name == "error")
      #expect(stream.chunks.last?["error"]?["type"] == "api_error")
    }
  }
}
