import JSON
import ScriptedService
import Serving
import Testing

@Suite struct ResponsesTests {
  /// 33: the last event has the whole response.
  @Test func wholeAnswer() async throws {
    try await TestServer.run(script: { _ in Script("<think>hm</think>Yes" + callText) }) { server in
      let reply = try await server.post(
        "/v1/responses",
        [
          "model": "test", "input": "Hi", "instructions": "Be brief",
          "tools": [["type": "function", "name": "weather"]],
        ])
      let json = reply.json
      #expect(json["object"] == "response")
      #expect(json["status"] == "completed")
      #expect(json["store"] == false)
      #expect(json["output"]?.array?.map { $0["type"] } == ["reasoning", "message", "function_call"])
      #expect(json["output"]?[0]?["content"]?[0]?["text"] == "hm")
      #expect(json["output"]?[1]?["content"]?[0]?["text"] == "Yes")
      #expect(json["output"]?[2]?["arguments"] == "{\"city\":\"Köln\"}")
      #expect(json["output"]?[2]?["call_id"]?.string?.isEmpty == false)
      #expect(json["usage"]?["input_tokens"]?.int ?? 0 > 0)
      let prompt = ScriptedPrompts().decode(server.service.current.requests[0].prompt)
      #expect(prompt.contains("<system>Be brief\n<user>Hi\n"))
      #expect(prompt.contains("\"name\":\"weather\""))
    }
  }

  /// 32, 33: events in their order, each with its place, text and id.
  @Test func streamedAnswer() async throws {
    try await TestServer.run(script: { _ in Script("<think>hm</think>Yes" + callText) }) { server in
      let reply = try await server.post(
        "/v1/responses",
        ["model": "test", "input": "Hi", "stream": true, "tools": [["type": "function", "name": "weather"]]])
      let events = reply.events
      let chunks = reply.chunks
      #expect(events.map(\.name) == chunks.map { $0["type"]?.string })
      #expect(chunks.map { $0["sequence_number"]?.int } == Array(chunks.indices))
      var order: [String] = []
      for type in chunks.compactMap({ $0["type"]?.string }) where order.last != type { order.append(type) }
      #expect(
        order == [
          "response.created", "response.in_progress",
          "response.output_item.added", "response.content_part.added", "response.reasoning_text.delta",
          "response.reasoning_text.done", "response.content_part.done", "response.output_item.done",
          "response.output_item.added", "response.content_part.added", "response.output_text.delta",
          "response.output_text.done", "response.content_part.done", "response.output_item.done",
          "response.output_item.added", "response.function_call_arguments.delta",
          "response.function_call_arguments.done", "response.output_item.done", "response.completed",
        ])
      let items = chunks.filter { $0["type"]?.string?.contains("output_item") == true }
      #expect(items.map { $0["output_index"]?.int } == [0, 0, 1, 1, 2, 2])
      for chunk in chunks where chunk["type"]?.string?.contains("_text.") == true {
        #expect(chunk["content_index"] == 0)
        #expect(chunk["item_id"]?.string?.isEmpty == false)
        #expect(chunk["output_index"]?.int != nil)
      }
      let last = chunks.last?["response"]
      #expect(last?["id"] == chunks[0]["response"]?["id"])
      #expect(last?["model"] == "test")
      #expect(last?["output"]?.array?.count == 3)
      #expect(last?["output"]?[1]?["id"] == items[2]["item"]?["id"])
      #expect(last?["usage"]?["output_tokens"]?.int ?? 0 > 0)
    }
  }

  @Test func cutAnswer() async throws {
    try await TestServer.run { server in
      let request: JSON = ["model": "test", "input": "Hi", "max_output_tokens": 3, "stream": true]
      let last = try await server.post("/v1/responses", request).chunks.last
      #expect(last?["type"] == "response.incomplete")
      #expect(last?["response"]?["incomplete_details"]?["reason"] == "max_output_tokens")
    }
  }

  /// 34, 35, 36: what agents send is taken; what the text must be arrives.
  @Test func inputOfEveryForm() async throws {
    try await TestServer.run { server in
      let request: JSON = [
        "model": "test",
        "input": [
          ["role": "developer", "content": "Be brief"],
          ["type": "message", "role": "user", "content": [["type": "input_text", "text": "Hi"]]],
          [
            "type": "reasoning", "id": "rs_1", "summary": [],
            "content": [["type": "reasoning_text", "text": "A tool knows."]],
          ],
          ["type": "function_call", "call_id": "c1", "name": "weather", "arguments": "{\"city\":\"Bonn\"}"],
          [
            "type": "function_call_output", "call_id": "c1",
            "output": [["type": "input_text", "text": "rain"]],
          ],
        ],
        "tools": [
          ["type": "namespace", "name": "x"], ["type": "custom", "name": "y"], ["type": "web_search"],
        ],
        "text": ["format": ["type": "json_schema", "name": "x", "schema": ["type": "object"]]],
      ]
      #expect(try await server.post("/v1/responses", request).status == 200)
      let seen = try #require(server.service.current.requests.first)
      let prompt = ScriptedPrompts().decode(seen.prompt)
      #expect(prompt.contains("<system>Be brief\n<user>Hi\n<assistant>"))
      #expect(prompt.contains("<tool>rain"))
      #expect(seen.constraint?.language == .jsonSchema("{\"type\":\"object\"}"))
      let kept = try await server.post(
        "/v1/responses", ["model": "test", "input": "Hi", "previous_response_id": "resp_1"])
      #expect(kept.status == 400)
      #expect(kept.json["error"]?["param"] == "previous_response_id")
      let count = try await server.post("/v1/responses/input_tokens", ["model": "test", "input": "Hi"])
      #expect(count.json["input_tokens"]?.int == "<user>Hi\n<assistant>".utf8.count)
    }
  }
}
