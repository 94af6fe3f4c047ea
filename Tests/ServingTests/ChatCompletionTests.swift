import Generation
import JSON
import ScriptedService
import Serving
import Testing

/// `/v1/chat/completions`. Numbers in names are those of the list of incompatibilities that servers are known for.
@Suite struct ChatCompletionTests {
  @Test func wholeAnswer() async throws {
    try await TestServer.run(script: { _ in
      var script = Script("Hello, world")
      script.cachedTokens = 5
      return script
    }) { server in
      let reply = try await server.post("/v1/chat/completions", chat())
      #expect(reply.status == 200)
      let json = reply.json
      #expect(json["object"] == "chat.completion")
      #expect(json["model"] == "test")
      #expect(json["id"]?.string?.hasPrefix("chatcmpl-") == true)
      let choice = json["choices"]?[0]
      #expect(choice?["message"]?["role"] == "assistant")
      #expect(choice?["message"]?["content"] == "Hello, world")
      #expect(choice?["finish_reason"] == "stop")
      #expect(json["usage"]?["prompt_tokens"]?.int == "<user>Hi\n<assistant>".utf8.count)
      #expect(json["usage"]?["completion_tokens"] == 13)
      #expect(json["usage"]?["prompt_tokens_details"]?["cached_tokens"] == 5)
    }
  }

  @Test(arguments: [false, true]) func streamedAnswer(includesUsage: Bool) async throws {
    try await TestServer.run { server in
      let more: JSONObject =
        includesUsage ? ["stream": true, "stream_options": ["include_usage": true]] : ["stream": true]
      let reply = try await server.post("/v1/chat/completions", chat("Hi", more))
      #expect(reply.headers.first(name: "content-type") == "text/event-stream")
      #expect(reply.events.last?.data == "[DONE]")
      var chunks = reply.chunks
      #expect(Set(chunks.map { $0["id"]?.string }).count == 1)
      #expect(chunks.first?["choices"]?[0]?["delta"]?["role"] == "assistant")
      if includesUsage {
        // 10: the chunk with the usage has an empty list of choices; the others have a usage of null.
        let last = chunks.removeLast()
        #expect(last["choices"] == [])
        #expect(last["usage"]?["completion_tokens"] == 13)
        #expect(chunks.allSatisfy { $0["usage"] == .null })
      } else {
        // 9: no usage that nobody asked for.
        #expect(chunks.allSatisfy { $0["usage"] == nil })
      }
      // 11: the last chunk has an empty delta.
      #expect(chunks.last?["choices"]?[0]?["delta"] == [:])
      #expect(chunks.last?["choices"]?[0]?["finish_reason"] == "stop")
      let middle = chunks.dropFirst().dropLast()
      #expect(middle.allSatisfy { $0["choices"]?[0]?["delta"]?["role"] == nil })
      #expect(
        middle.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined() == "Hello, world")
      #expect(middle.allSatisfy { $0["choices"]?[0]?["finish_reason"] == .null })
    }
  }

  /// 1, 3, 4, 5: calls have the reason `tool_calls`, an index always, an id once, and come out of both modes alike.
  @Test func toolCallsInBothModes() async throws {
    try await TestServer.run(script: { _ in Script("Let me look. " + callText + callText) }) { server in
      let whole = try await server.post("/v1/chat/completions", chat("Hi", ["tools": [weather]])).json[
        "choices"]?[0]
      #expect(whole?["finish_reason"] == "tool_calls")
      #expect(whole?["message"]?["content"] == "Let me look. ")
      let calls = whole?["message"]?["tool_calls"]?.array ?? []
      #expect(calls.count == 2)
      for call in calls {
        #expect(call["type"] == "function")
        #expect(call["function"]?["name"] == "weather")
        #expect(call["function"]?["arguments"] == "{\"city\":\"Köln\"}")
      }
      #expect(Set(calls.map { $0["id"]?.string }).count == 2)

      let reply = try await server.post(
        "/v1/chat/completions", chat("Hi", ["tools": [weather], "stream": true]))
      var (ids, names, arguments): ([Int: [String]], [Int: [String]], [Int: String]) = ([:], [:], [:])
      var content = ""
      for chunk in reply.chunks {
        let delta = chunk["choices"]?[0]?["delta"]
        content += delta?["content"]?.string ?? ""
        for call in delta?["tool_calls"]?.array ?? [] {
          let index = try #require(call["index"]?.int)
          if let id = call["id"]?.string {
            #expect(call["type"] == "function")
            ids[index, default: []].append(id)
          }
          if let name = call["function"]?["name"]?.string { names[index, default: []].append(name) }
          arguments[index, default: ""] += call["function"]?["arguments"]?.string ?? ""
        }
      }
      #expect(content == "Let me look. ")
      #expect(ids.mapValues(\.count) == [0: 1, 1: 1])
      #expect(names == [0: ["weather"], 1: ["weather"]])
      #expect(arguments == [0: "{\"city\":\"Köln\"}", 1: "{\"city\":\"Köln\"}"])
      #expect(reply.chunks.last?["choices"]?[0]?["finish_reason"] == "tool_calls")
    }
  }

  /// 2, 22: a call that is asked for is enforced; one that nobody has is refused.
  @Test func toolChoice() async throws {
    try await TestServer.run(script: { _ in Script(callText) }) { server in
      let named: JSON = ["type": "function", "function": ["name": "weather"]]
      let reply = try await server.post(
        "/v1/chat/completions", chat("Hi", ["tools": [weather], "tool_choice": named]))
      #expect(reply.json["choices"]?[0]?["finish_reason"] == "tool_calls")
      #expect(server.service.current.requests.last?.constraint?.language == .regex("weather"))
      let other: JSON = ["type": "function", "function": ["name": "time"]]
      let refused = try await server.post(
        "/v1/chat/completions", chat("Hi", ["tools": [weather], "tool_choice": other]))
      #expect(refused.status == 400)
      #expect(refused.json["error"]?["param"] == "tool_choice")
      let none = try await server.post("/v1/chat/completions", chat("Hi", ["tool_choice": "required"]))
      #expect(none.status == 400)
    }
  }

  /// 6, 7, 8, 21: what clients send as history is taken.
  @Test func historyOfEveryForm() async throws {
    try await TestServer.run { server in
      let messages: JSON = [
        ["role": "developer", "content": "Be brief."],
        [
          "role": "user", "content": [["type": "text", "text": "What"], ["type": "text", "text": " now?"]],
        ],
        [
          "role": "assistant", "content": nil,
          "tool_calls": [
            [
              "id": "call_1", "type": "function",
              "function": ["name": "weather", "arguments": "{\"city\": \"Bonn\"}"],
            ],
            ["id": "call_2", "type": "function", "function": ["name": "weather", "arguments": "{broken"]],
          ],
        ],
        ["role": "tool", "tool_call_id": "call_1", "content": "rain"],
      ]
      let reply = try await server.post("/v1/chat/completions", ["model": "test", "messages": messages])
      #expect(reply.status == 200)
      let prompt = ScriptedPrompts().decode(server.service.current.requests[0].prompt)
      #expect(prompt.contains("<system>Be brief.\n<user>What now?\n"))
      #expect(prompt.contains("\"arguments\":{\"city\":\"Bonn\"}"))
      #expect(prompt.contains("\"arguments\":\"{broken\""))
      #expect(prompt.contains("<tool>rain"))
    }
  }

  @Test func imagesAreRefusedByName() async throws {
    try await TestServer.run { server in
      let parts: JSON = [["type": "image_url", "image_url": ["url": "data:,"]]]
      let reply = try await server.post(
        "/v1/chat/completions", ["model": "test", "messages": [["role": "user", "content": parts]]])
      #expect(reply.status == 400)
      #expect(reply.json["error"]?["param"] == "messages[0].content[0]")
      #expect(reply.json["error"]?["message"]?.string?.contains("images") == true)
    }
  }

  /// 12, 13: an error in a stream is a frame, and the stream ends; before the first byte it is a status.
  @Test func errorsInAStream() async throws {
    try await TestServer.run(script: { request in
      var script = Script("Hello")
      let failure = CompletionFailure(.runnerLost, "the device is gone")
      if request.config.maxNewTokens == 7 { script.refusal = failure } else { script.failure = failure }
      return script
    }) { server in
      let reply = try await server.post("/v1/chat/completions", chat("Hi", ["stream": true]))
      #expect(reply.status == 200)
      #expect(reply.chunks.last?["error"]?["message"] == "the device is gone")
      #expect(reply.chunks.last?["error"]?["type"] == "server_error")
      #expect(!reply.text.contains("[DONE]"))
      let early = try await server.post(
        "/v1/chat/completions", chat("Hi", ["stream": true, "max_tokens": 7]))
      #expect(early.status == 500)
      #expect(early.json["error"]?["message"] == "the device is gone")
      let whole = try await server.post("/v1/chat/completions", chat())
      #expect(whole.status == 500)
    }
  }

  /// 14, 15: a prompt that does not fit is an error with its numbers, never cut.
  @Test func promptTooLong() async throws {
    try await TestServer.run(contextLength: 20) { server in
      for stream in [false, true] {
        let reply = try await server.post(
          "/v1/chat/completions", chat("a long question", ["stream": .bool(stream)]))
        #expect(reply.status == 400)
        #expect(reply.json["error"]?["code"] == "context_length_exceeded")
        #expect(
          reply.json["error"]?["n_prompt_tokens"]?.int == "<user>a long question\n<assistant>".utf8.count)
        #expect(reply.json["error"]?["n_ctx"] == 20)
      }
      #expect(server.service.current.requests.isEmpty)
    }
  }

  /// 16: reasoning goes under both names, out and in.
  @Test func reasoningUnderBothNames() async throws {
    try await TestServer.run(script: { _ in Script("<think>hm 🤔</think>Yes") }) { server in
      let message = try await server.post("/v1/chat/completions", chat()).json["choices"]?[0]?["message"]
      #expect(message?["reasoning_content"] == "hm 🤔")
      #expect(message?["reasoning"] == "hm 🤔")
      #expect(message?["content"] == "Yes")
      let deltas = try await server.post("/v1/chat/completions", chat("Hi", ["stream": true])).chunks
        .compactMap { $0["choices"]?[0]?["delta"] }
      #expect(deltas.compactMap { $0["reasoning"]?.string }.joined() == "hm 🤔")
      #expect(deltas.compactMap { $0["reasoning_content"]?.string }.joined() == "hm 🤔")
      #expect(deltas.compactMap { $0["content"]?.string }.joined() == "Yes")
    }
  }

  /// 17: a token has its own bytes, also where they are a part of a character.
  @Test func logProbabilitiesWithBytes() async throws {
    try await TestServer.run(script: { _ in Script("é") }) { server in
      for stream in [false, true] {
        let reply = try await server.post(
          "/v1/chat/completions", chat("Hi", ["logprobs": true, "top_logprobs": 2, "stream": .bool(stream)]))
        let choices =
          stream ? reply.chunks.compactMap { $0["choices"]?[0] } : [reply.json["choices"]?[0] ?? .null]
        let tokens = choices.flatMap { $0["logprobs"]?["content"]?.array ?? [] }
        #expect(tokens.map { $0["bytes"] } == [[195], [169]])
        #expect(tokens.allSatisfy { $0["top_logprobs"]?.array?.count == 2 && $0["logprob"] == -0.25 })
      }
    }
  }

  /// 18: no character is cut.
  @Test func emojiAreWhole() async throws {
    try await TestServer.run(script: { _ in
      var script = Script("👩‍👩‍👧 ja 🇪🇺!")
      script.tokensPerEvent = 1
      return script
    }) { server in
      let reply = try await server.post("/v1/chat/completions", chat("Hi", ["stream": true]))
      let text = reply.chunks.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined()
      #expect(text == "👩‍👩‍👧 ja 🇪🇺!")
      #expect(!reply.text.contains("\u{FFFD}"))
    }
  }

  /// 19: no part of a stop string is sent.
  @Test func stopStringsAreHeldBack() async throws {
    try await TestServer.run(script: { _ in Script("one STO two STOP three") }) { server in
      for stop: JSON in ["STOP", ["never", "STOP"]] {
        let reply = try await server.post("/v1/chat/completions", chat("Hi", ["stream": true, "stop": stop]))
        let text = reply.chunks.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined()
        #expect(text == "one STO two ")
        #expect(reply.chunks.last?["choices"]?[0]?["finish_reason"] == "stop")
      }
    }
  }

  /// 20: a call that the limit cuts is no call and no text, in both modes.
  @Test func cutCalls() async throws {
    try await TestServer.run(script: { _ in Script("Hm. " + callText) }) { server in
      let more: JSONObject = ["tools": [weather], "max_tokens": 30]
      let whole = try await server.post("/v1/chat/completions", chat("Hi", more)).json["choices"]?[0]
      #expect(whole?["finish_reason"] == "length")
      #expect(whole?["message"]?["content"] == "Hm. ")
      #expect(whole?["message"]?["tool_calls"] == nil)
      let stream = try await server.post(
        "/v1/chat/completions", chat("Hi", more.merging(["stream": true]) { $1 }))
      #expect(stream.chunks.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined() == "Hm. ")
      #expect(stream.chunks.last?["choices"]?[0]?["finish_reason"] == "length")
      #expect(stream.events.last?.data == "[DONE]")
    }
  }

  /// 26, 31: a constraint that the service refuses is a 400 with its words.
  @Test func refusedConstraints() async throws {
    try await TestServer.run(script: { _ in
      var script = Script("")
      script.refusal = CompletionFailure(.badConstraint, "the keyword 'not' at /a is not enforced")
      return script
    }) { server in
      let format: JSON = ["type": "json_schema", "json_schema": ["name": "x", "schema": ["not": [:]]]]
      let reply = try await server.post("/v1/chat/completions", chat("Hi", ["response_format": format]))
      #expect(reply.status == 400)
      #expect(reply.json["error"]?["message"]?.string?.contains("'not' at /a") == true)
      let none = try await server.post(
        "/v1/chat/completions", chat("Hi", ["response_format": ["type": "xml"]]))
      #expect(none.status == 400)
      #expect(none.json["error"]?["param"] == "response_format.type")
    }
  }

  /// 28: what the answer must be begins after the reasoning.
  @Test func formatsBeginAfterReasoning() async throws {
    try await TestServer.run { server in
      let schema: JSON = ["type": "object", "properties": ["b": [:], "a": [:]]]
      _ = try await server.post(
        "/v1/chat/completions",
        chat(
          "Hi", ["response_format": ["type": "json_schema", "json_schema": ["name": "x", "schema": schema]]]))
      let constraint = try #require(server.service.current.requests[0].constraint)
      #expect(constraint.begin == "</think>")
      // The order of the properties stays.
      #expect(constraint.language == .jsonSchema("{\"type\":\"object\",\"properties\":{\"b\":{},\"a\":{}}}"))
      _ = try await server.post(
        "/v1/chat/completions", chat("Hi", ["response_format": ["type": "json_object"]]))
      #expect(server.service.current.requests[1].constraint?.language == .jsonObject)
    }
  }

  /// 30: several answers each have their own state.
  @Test func severalAnswers() async throws {
    try await TestServer.run(script: { _ in Script("<think>a</think>b") }) { server in
      let choices =
        try await server.post("/v1/chat/completions", chat("Hi", ["n": 3])).json["choices"]?.array ?? []
      #expect(choices.map { $0["index"] } == [0, 1, 2])
      #expect(choices.allSatisfy { $0["message"]?["content"] == "b" })
      let chunks = try await server.post("/v1/chat/completions", chat("Hi", ["n": 2, "stream": true])).chunks
      for index in 0..<2 {
        let own = chunks.compactMap { $0["choices"]?[0] }.filter { $0["index"]?.int == index }
        #expect(own.compactMap { $0["delta"]?["content"]?.string }.joined() == "b")
        #expect(own.last?["finish_reason"] == "stop")
      }
      #expect(try await server.post("/v1/chat/completions", chat("Hi", ["n": 100])).status == 400)
    }
  }

  /// 34: tools that only OpenAI's own service has are left out.
  @Test func otherKindsOfTools() async throws {
    try await TestServer.run { server in
      let reply = try await server.post(
        "/v1/chat/completions",
        chat("Hi", ["tools": [["type": "web_search"], ["type": "custom", "name": "x"]]]))
      #expect(reply.status == 200)
    }
  }

  /// Everything that decides how tokens are chosen arrives.
  @Test func options() async throws {
    try await TestServer.run { server in
      _ = try await server.post(
        "/v1/chat/completions",
        chat(
          "Hi",
          [
            "temperature": 0.5, "top_p": 0.9, "top_k": 7, "min_p": 0.1, "seed": 42, "presence_penalty": 1,
            "frequency_penalty": -1, "repetition_penalty": 1.5, "logit_bias": ["7": -100, "8": 3],
            "stop": "x",
            "max_completion_tokens": 9, "max_tokens": 5,
          ]))
      let config = try #require(server.service.current.requests.first).config
      #expect(config.sampling.isSampling)
      #expect(config.sampling.temperature == 0.5)
      #expect(config.sampling.topP == 0.9)
      #expect(config.sampling.topK == 7)
      #expect(config.sampling.minP == 0.1)
      #expect(config.seed == 42)
      #expect(config.sampling.presencePenalty == 1)
      #expect(config.sampling.frequencyPenalty == -1)
      #expect(config.sampling.repetitionPenalty == 1.5)
      #expect(config.sampling.logitBias == [7: -.infinity, 8: 3])
      #expect(config.stopStrings == ["x"])
      #expect(config.maxNewTokens == 9)
    }
  }

  @Test(arguments: [
    ("temperature", "\"hot\""), ("temperature", "-1"), ("top_p", "2"), ("max_tokens", "0"), ("n", "0"),
    ("stop", "[1]"), ("stop", "\"\""), ("logit_bias", "{\"x\": 1}"), ("logit_bias", "{\"1\": 1000}"),
    ("messages", "[]"), ("messages", "\"Hi\""), ("messages", "[{\"role\": \"wizard\", \"content\": \"x\"}]"),
    ("messages", "[{\"role\": \"user\"}]"), ("messages", "[{\"role\": \"user\", \"content\": \"REFUSE\"}]"),
    ("messages", "[7]"), ("tools", "{}"), ("tools", "[{\"type\": \"function\"}]"), ("top_logprobs", "3"),
    ("stream", "\"yes\""), ("response_format", "\"json\""),
  ])
  func wrongMembers(name: String, value: String) async throws {
    try await TestServer.run { server in
      let reply = try await server.post("/v1/chat/completions", chat("Hi", [name: try JSON(parsing: value)]))
      #expect(reply.status == 400)
      #expect(reply.json["error"]?["type"] == "invalid_request_error")
      #expect(reply.json["error"]?["message"]?.string?.isEmpty == false)
    }
  }
}
