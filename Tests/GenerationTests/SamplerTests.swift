import Foundation
import Generation
import JSON
import Testing

@Suite("Sampling")
struct SamplerTests {
  private static let goldens: JSON? = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = folder.appendingPathComponent("Fixtures/generation/sampling_cases.json")
    return (try? Data(contentsOf: file)).flatMap { try? JSON(parsing: $0) }
  }()

  private func history(_ golden: JSON) throws -> TokenHistory {
    var history = TokenHistory(prompt: try #require(golden["prompt"]?.array).compactMap(\.int))
    for id in try #require(golden["generated"]?.array).compactMap(\.int) { history.append(id) }
    return history
  }

  private func options(_ json: JSON) throws -> GenerationOptions {
    var options = try GenerationOptions(generationConfig: json)
    if let bias = json["logit_bias"]?.object {
      options.logitBias = Dictionary(
        uniqueKeysWithValues: bias.compactMap { id, value in
          Int(id).flatMap { id in value.double.map { (id, $0) } }
        })
    }
    options.doSample = true
    return options
  }

  @Test("transformers' processors leave the same tokens with the same probabilities")
  func distributions() throws {
    let golden = try #require(Self.goldens)
    let history = try history(golden)
    let ends = try #require(golden["eos"]?.array).compactMap(\.int)
    let cases = try #require(golden["cases"]?.array)
    #expect(cases.count > 100)
    for golden in cases {
      let row = try #require(golden["logits"]?.string)
      var logits = try #require(Self.goldens?["logits"]?[row]?.array).compactMap(\.double).map(Float.init)
      let config = try GenerationConfig(try options(try #require(golden["options"])))
      let sampler = Sampler(config.sampling, seed: 0)
      let forbidden = history.generated.values.reduce(0, +) < config.minNewTokens ? ends : []
      let ours = logits.withUnsafeMutableBufferPointer {
        sampler.distribution($0, history: history, forbidden: forbidden)
      }
      let kept = try #require(golden["kept"]?.array).compactMap(\.int)
      let probabilities = try #require(golden["probabilities"]?.array).compactMap(\.double)
      #expect(Set(ours.keys).isSubset(of: Set(kept)), "\(golden["options"] ?? .null) on \(row)")
      for (id, probability) in zip(kept, probabilities) {
        let own = ours[id] ?? 0
        #expect(abs(own - probability) <= 1e-5, "\(golden["options"] ?? .null) on \(row): token \(id)")
        if probability > 1e-15 {
          #expect(ours[id] != nil, "\(golden["options"] ?? .null) on \(row): token \(id)")
        }
      }
    }
  }

  @Test("greedy takes the first largest logit after penalties")
  func greedy() throws {
    let golden = try #require(Self.goldens)
    for golden in try #require(golden["cases"]?.array) {
      let only = ["logit_bias", "repetition_penalty"]
      guard golden["options"]?.object?.keys.allSatisfy(only.contains) == true else { continue }
      let row = try #require(golden["logits"]?.string)
      var logits = try #require(Self.goldens?["logits"]?[row]?.array).compactMap(\.double).map(Float.init)
      var options = try options(try #require(golden["options"]))
      options.doSample = false
      var sampler = Sampler(try GenerationConfig(options).sampling, seed: 0)
      let history = try history(try #require(Self.goldens))
      #expect(
        try logits.withUnsafeMutableBufferPointer { try sampler.sample($0, history: history) }
          == golden["best"]?.int)
    }
  }

  private func greedy(_ logits: [Float]) throws -> Int {
    var (sampler, logits) = (Sampler(try SamplingConfig(.init()), seed: 0), logits)
    return try logits.withUnsafeMutableBufferPointer { try sampler.sample($0, history: TokenHistory()) }
  }

  @Test func theLargestWhereverItStands() throws {
    var random = RandomSource(seed: 3)
    for count in [1, 2, 15, 16, 31, 32, 33, 100, 4095, 4096, 4097, 10_000] {
      let logits = (0..<count).map { _ in Float(random.nextUnit() * 100 - 50) }
      #expect(try greedy(logits) == logits.firstIndex(of: logits.max() ?? 0))
      for position in Set([0, count / 2, count - 1]) {
        var logits = logits
        logits[position] = 99
        #expect(try greedy(logits) == position)
      }
    }
    #expect(try greedy([1, 5, 5, 2]) == 1)
    #expect(try greedy([.nan, 1, .nan, 3]) == 3)
    #expect(try greedy([-.infinity, -3]) == 1)
  }

  @Test func logitsWithoutANumberAreAnError() throws {
    for logits: [Float] in [[.nan, .nan], [-.infinity], []] {
      #expect(throws: GenerationError.self) { try greedy(logits) }
      var options = GenerationOptions()
      options.doSample = true
      var (sampler, copy) = (Sampler(try SamplingConfig(options), seed: 0), logits)
      #expect(throws: GenerationError.self) {
        try copy.withUnsafeMutableBufferPointer { try sampler.sample($0, history: TokenHistory()) }
      }
    }
  }

  @Test("presence and frequency penalties count what was generated, not the prompt")
  func penalties() throws {
    var options = GenerationOptions()
    options.presencePenalty = 0.5
    options.frequencyPenalty = 0.25
    options.doSample = true
    options.topK = 0
    var history = TokenHistory(prompt: [0, 0, 0])
    for id in [1, 1, 2] { history.append(id) }
    let sampling = try SamplingConfig(options)
    var logits: [Float] = [1, 1, 1, 1]
    _ = logits.withUnsafeMutableBufferPointer {
      Sampler(sampling, seed: 0).distribution($0, history: history)
    }
    #expect(logits == [1, 0, 0.25, 1])
  }

  @Test("a seed gives the same tokens, another one others, and the draw follows the probabilities")
  func seeds() throws {
    var options = GenerationOptions()
    options.doSample = true
    options.topK = 0
    let logits: [Float] = [0, 1, 2, 3]
    func draw(_ seed: UInt64, _ count: Int) throws -> [Int] {
      var sampler = Sampler(try SamplingConfig(options), seed: seed)
      return try (0..<count).map { _ in
        var copy = logits
        return try copy.withUnsafeMutableBufferPointer { try sampler.sample($0, history: TokenHistory()) }
      }
    }
    #expect(try draw(42, 50) == draw(42, 50))
    #expect(try draw(42, 50) != draw(43, 50))
    let tokens = try draw(1, 12)
    #expect(
      tokens == [3, 3, 3, 3, 3, 2, 1, 3, 3, 3, 3, 3],
      "tokens of a seed never change; these are from a Python version of the algorithms")
    let counts = try draw(5, 20_000).reduce(into: [0, 0, 0, 0]) { $0[$1] += 1 }
    for (count, expected) in zip(counts, [0.0320586, 0.0871443, 0.2368828, 0.6439143]) {
      #expect(abs(Double(count) / 20_000 - expected) < 0.01)
    }
  }

  @Test("the generator of random numbers is xoshiro256**")
  func xoshiro() {
    // The first outputs for the state 1, 2, 3, 4, as in the tests of Rust's rand_xoshiro.
    var random = RandomSource(state: (1, 2, 3, 4))
    let outputs = (0..<5).map { _ in random.next() }
    #expect(outputs == [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360])
  }
}
