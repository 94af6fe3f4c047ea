import JSON
import ScriptedService
import Serving
import Testing

@Suite struct TextCompletionTests {
  @Test func wholeAndStreamed() async throws {
    try await TestServer.run { server in
      let reply = try await server.post("/v1/completions", ["model": "test", "prompt": "Say: "])
      #expect(reply.json["object"] == "text_completion")
      #expect(reply.json["choices"]?[0]?["text"] == "Hello, world")
      #expect(reply.json["choices"]?[0]?["finish_reason"] == "stop")
      #expect(reply.json["usage"]?["prompt_tokens"] == 5)
      let stream = try await server.post(
        "/v1/completions",
        [
          "model": "test", "prompt": "Say: ", "stream": true, "echo": true,
          "stream_options": ["include_usage": true],
        ])
      #expect(stream.chunks.compactMap { $0["choices"]?[0]?["text"]?.string }.joined() == "Say: Hello, world")
      #expect(stream.chunks.last?["choices"] == [])
      #expect(stream.events.last?.data == "[DONE]")
    }
  }

  @Test func promptsOfEveryForm() async throws {
    try await TestServer.run(script: { Script(ScriptedPrompts().decode($0.prompt).uppercased()) }) { server in
      func texts(_ prompt: JSON) async throws -> [JSON?] {
        let reply = try await server.post("/v1/completions", ["model": "test", "prompt": prompt])
        return reply.json["choices"]?.array?.map { $0["text"] } ?? []
      }
      #expect(try await texts("ab") == ["AB"])
      #expect(try await texts(["ab", "cd"]) == ["AB", "CD"])
      #expect(try await texts([97, 98]) == ["AB"])
      #expect(try await texts([[97], [98]]) == ["A", "B"])
      for wrong: JSON in [[], [1.5], [[97], 7], 7, [300], [-1], ""] {
        let reply = try await server.post("/v1/completions", ["model": "test", "prompt": wrong])
        #expect(reply.status == 400)
      }
      let suffix = try await server.post("/v1/completions", ["model": "test", "prompt": "a", "suffix": "b"])
      #expect(suffix.json["error"]?["param"] == "suffix")
    }
  }

  /// The tokens around a gap are those of the model's training; without them a suffix is refused.
  @Test func gapsAreFilledIn() async throws {
    let names = ["<fim_prefix>": 1, "<fim_suffix>": 2, "<fim_middle>": 3, "<file_sep>": 4]
    try await TestServer.run(prompts: ScriptedPrompts(names: names)) { server in
      for prompt: JSON in ["ab", [97, 98], ["ab"]] {
        let reply = try await server.post(
          "/v1/completions", ["model": "test", "prompt": prompt, "suffix": "yz"])
        #expect(reply.json["choices"]?[0]?["text"] == "Hello, world")
      }
      _ = try await server.post(
        "/api/generate", ["model": "test", "prompt": "ab", "suffix": "yz", "stream": false])
      let seen = server.service.current.requests
      #expect(seen.map(\.prompt) == Array(repeating: [1, 97, 98, 2, 121, 122, 3], count: 4))
      #expect(seen.allSatisfy { $0.config.eosTokenIDs.contains(4) })
      let echo = try await server.post(
        "/v1/completions", ["model": "test", "prompt": "ab", "suffix": "yz", "echo": true])
      #expect(echo.json["error"]?["param"] == "echo")
    }
    try await TestServer.run(prompts: ScriptedPrompts(names: ["[PREFIX]": 1, "[SUFFIX]": 2])) { server in
      _ = try await server.post("/v1/completions", ["model": "test", "prompt": "ab", "suffix": "yz"])
      #expect(server.service.current.requests.map(\.prompt) == [[2, 121, 122, 1, 97, 98]])
    }
  }

  /// Log-probabilities of the prompt are not computed; leaving them out silently would mislead whoever adds them up.
  @Test func echoedLogProbabilities() async throws {
    try await TestServer.run { server in
      let reply = try await server.post(
        "/v1/completions", ["model": "test", "prompt": "ab", "logprobs": 2, "echo": true])
      #expect(reply.status == 400)
      #expect(reply.json["error"]?["param"] == "echo")
    }
  }

  @Test func logProbabilitiesAndLimits() async throws {
    try await TestServer.run(script: { _ in Script("a long text that is longer than sixteen") }) { server in
      let reply = try await server.post(
        "/v1/completions", ["model": "test", "prompt": "ab", "logprobs": 2])
      let choice = reply.json["choices"]?[0]
      #expect(choice?["finish_reason"] == "length")
      #expect(choice?["text"] == "a long text that")
      #expect(choice?["logprobs"]?["tokens"]?.array?.count == 16)
      #expect(choice?["logprobs"]?["text_offset"]?[0] == 0)
      #expect(choice?["logprobs"]?["text_offset"]?[1] == 1)
      #expect(choice?["logprobs"]?["top_logprobs"]?[0]?["b"]?.double == -1.25)
    }
  }
}
