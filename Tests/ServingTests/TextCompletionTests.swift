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

  @Test func logProbabilitiesAndLimits() async throws {
    try await TestServer.run(script: { _ in Script("a long text that is longer than sixteen") }) { server in
      let reply = try await server.post(
        "/v1/completions", ["model": "test", "prompt": "ab", "logprobs": 2, "echo": true])
      let choice = reply.json["choices"]?[0]
      #expect(choice?["finish_reason"] == "length")
      #expect(choice?["text"] == "aba long text that")
      #expect(choice?["logprobs"]?["tokens"]?.array?.count == 16)
      #expect(choice?["logprobs"]?["text_offset"]?[0] == 2)
      #expect(choice?["logprobs"]?["text_offset"]?[1] == 3)
      #expect(choice?["logprobs"]?["top_logprobs"]?[0]?["b"]?.double == -1.25)
    }
  }
}
