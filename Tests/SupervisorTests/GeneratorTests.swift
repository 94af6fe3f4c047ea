import Generation
import Supervisor
import Testing

/// Tokens as text that shows them.
private struct Numbers: TokenTextStream {
  mutating func append(_ id: Int) -> String { "<\(id)>" }
  mutating func finish() -> String { "" }
}

/// The generator of module Generation on a real engine.
@Suite struct GeneratorTests {
  @Test func greedyTokensAreThoseOfOpenVINO() throws {
    let generator = Generator(try Toy.engine())
    for sample in try Toy.cases() {
      var config = try GenerationConfig()
      config.maxNewTokens = sample.greedy.count
      config.sampling.isSampling = false
      let result = try generator.generate(prompt: sample.prompt, config: config, stream: Numbers())
      #expect(result.tokens == sample.greedy)
      #expect(result.reason == .length)
      #expect(result.metrics.deviceTime > 0)
    }
  }

  @Test func onlyNewTokensOfAConversationAreComputed() throws {
    let generator = Generator(try Toy.engine())
    let sample = try #require(try Toy.cases().last)
    var config = try GenerationConfig()
    config.maxNewTokens = 4
    config.sampling.isSampling = false
    let first = try generator.generate(
      prompt: Array(sample.prompt.dropLast(5)), config: config, stream: Numbers())
    #expect(first.metrics.reusedTokens == 0)
    config.maxNewTokens = sample.greedy.count
    let second = try generator.generate(prompt: sample.prompt, config: config, stream: Numbers())
    #expect(second.metrics.reusedTokens == sample.prompt.count - 5)
    #expect(second.tokens == sample.greedy)
  }
}
