import Generation
import Testing

/// A model over 100 tokens that always answers token n with n + 1, and 99 with 2.
private final class CountingEngine: TextGenerationEngine {
  struct Failure: Error {}

  let deviceName = "TEST"
  let contextLength: Int
  var deviceSeconds = 0.0
  var canTruncate = true
  var chunk = Int.max
  var fails = false
  private(set) var tokens: [Int] = []
  private(set) var computed: [Int] = []

  init(contextLength: Int = 64) { self.contextLength = contextLength }

  func truncate(to length: Int) -> Int {
    tokens = canTruncate ? Array(tokens.prefix(length)) : []
    return tokens.count
  }

  func append(_ new: ArraySlice<Int>, shouldContinue: () -> Bool) throws {
    precondition(!new.isEmpty && count + new.count <= contextLength)
    var rest = new
    while !rest.isEmpty {
      guard shouldContinue(), !fails else { throw Failure() }
      let piece = rest.prefix(chunk)
      tokens += piece
      computed += piece
      deviceSeconds += 0.5
      rest = rest.dropFirst(piece.count)
    }
  }

  func withLogits<Result>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> Result) throws -> Result {
    var logits = [Float](repeating: 0, count: 100)
    let last = tokens.last ?? 0
    logits[last == 99 ? 2 : last + 1] = 5
    return try logits.withUnsafeMutableBufferPointer { try body($0) }
  }

  func takeComputed() -> [Int] {
    defer { computed = [] }
    return computed
  }
}

/// Writes a token as its number in dots: 7 is "7.".
private struct NumberStream: TokenTextStream {
  mutating func append(_ id: Int) -> String { "\(id)." }
  mutating func finish() -> String { "" }
}

@Suite("Generating")
struct GeneratorTests {
  private func config(_ change: (inout GenerationOptions) -> Void = { _ in }) throws -> GenerationConfig {
    var options = GenerationOptions()
    options.eosTokenIDs = [20]
    change(&options)
    return try GenerationConfig(options)
  }

  @Test func untilAnEndToken() throws {
    let engine = CountingEngine()
    let generator = Generator(engine)
    var events: [GenerationEvent] = []
    let result = try generator.generate(
      prompt: [3, 16], config: try config(), stream: NumberStream(), onEvent: { events.append($0) })
    #expect(result.text == "17.18.19.")
    #expect(result.tokens == [17, 18, 19, 20])
    #expect(result.reason == .stop)
    #expect(
      events == [
        .prompt(tokens: 2, reused: 0), .token(17), .text("17."), .token(18), .text("18."), .token(19),
        .text("19."),
        .token(20), .finished(.stop),
      ])
    #expect(generator.held == [3, 16, 17, 18, 19], "the end token was never computed")
  }

  @Test func lengths() throws {
    let generator = Generator(CountingEngine(contextLength: 8))
    let limited = try generator.generate(
      prompt: [30], config: try config { $0.maxNewTokens = 3 }, stream: NumberStream())
    #expect(limited.tokens == [31, 32, 33] && limited.reason == .length)
    let full = try generator.generate(
      prompt: [40, 41, 42, 43, 44], config: try config(), stream: NumberStream())
    #expect(
      full.tokens == [45, 46, 47, 48] && full.reason == .length, "the last token needs no place in the cache")
    let brimming = try generator.generate(
      prompt: Array(50..<58), config: try config(), stream: NumberStream())
    #expect(brimming.tokens == [58] && brimming.reason == .length)
    let error = #expect(throws: GenerationError.self) {
      try generator.generate(prompt: Array(50..<59), config: try config(), stream: NumberStream())
    }
    #expect(error?.message.contains("9") == true && error?.message.contains("8") == true)
    #expect(throws: GenerationError.self) {
      try generator.generate(prompt: [], config: try config(), stream: NumberStream())
    }
  }

  @Test func stopStringsAndMinimum() throws {
    let generator = Generator(CountingEngine())
    let stopped = try generator.generate(
      prompt: [30], config: try config { $0.stopStrings = ["3.34"] }, stream: NumberStream())
    #expect(stopped.text == "31.32.3" && stopped.reason == .stopString && stopped.tokens == [31, 32, 33, 34])
    let long = try generator.generate(
      prompt: [18], config: try config { ($0.minNewTokens, $0.maxNewTokens) = (4, 6) }, stream: NumberStream()
    )
    #expect(!long.tokens.contains(20) && long.reason == .length)
    let onwards = try generator.generate(
      prompt: [18], config: try config { ($0.ignoresEOS, $0.maxNewTokens) = (true, 4) },
      stream: NumberStream())
    #expect(onwards.tokens == [19, 20, 21, 22])
  }

  @Test("only new tokens of a conversation are computed")
  func reuse() throws {
    let engine = CountingEngine()
    let generator = Generator(engine)
    let three = try config { $0.maxNewTokens = 3 }
    _ = try generator.generate(prompt: [30, 31], config: three, stream: NumberStream())
    #expect(engine.takeComputed() == [30, 31, 32, 33])
    let second = try generator.generate(
      prompt: [30, 31, 32, 33, 34, 60], config: three, stream: NumberStream())
    #expect(engine.takeComputed() == [34, 60, 61, 62])
    #expect(second.metrics.reusedTokens == 4 && second.metrics.promptTokens == 6)
    // The same prompt again: its last token is computed once more, for its logits.
    _ = try generator.generate(prompt: [30, 31, 32, 33, 34, 60], config: three, stream: NumberStream())
    #expect(engine.takeComputed() == [60, 61, 62])
    _ = try generator.generate(prompt: [30, 50], config: three, stream: NumberStream())
    #expect(engine.takeComputed() == [50, 51, 52])
    engine.canTruncate = false
    _ = try generator.generate(prompt: [30, 50, 70], config: three, stream: NumberStream())
    #expect(engine.takeComputed() == [30, 50, 70, 71, 72])
    try generator.reset()
    #expect(engine.count == 0 && generator.held.isEmpty)
  }

  @Test func somebodyElseUsedTheEngine() throws {
    let engine = CountingEngine()
    let generator = Generator(engine)
    let one = try config { $0.maxNewTokens = 1 }
    _ = try generator.generate(prompt: [30, 31], config: one, stream: NumberStream())
    _ = engine.truncate(to: 0)
    try engine.append([5, 6, 7], shouldContinue: { true })
    _ = engine.takeComputed()
    let result = try generator.generate(prompt: [30, 31, 32], config: one, stream: NumberStream())
    #expect(engine.takeComputed() == [30, 31, 32] && result.tokens == [33])
  }

  @Test func cancelling() throws {
    let engine = CountingEngine()
    let generator = Generator(engine)
    var seen = 0
    let result = try generator.generate(
      prompt: [30], config: try config(), stream: NumberStream(), isCancelled: { seen >= 3 },
      onEvent: { if case .token = $0 { seen += 1 } })
    #expect(result.reason == .cancelled && result.tokens == [31, 32, 33])
    #expect(generator.held == [30, 31, 32] && engine.tokens == generator.held)

    engine.chunk = 2
    var asked = 0
    let within = try generator.generate(
      prompt: Array(40..<50), config: try config(), stream: NumberStream(),
      isCancelled: {
        asked += 1
        return asked > 3
      })
    #expect(within.reason == .cancelled && within.tokens.isEmpty)
    #expect(generator.held == engine.tokens && !generator.held.isEmpty)
  }

  @Test func aFailureLeavesTheGeneratorUsable() throws {
    let engine = CountingEngine()
    let generator = Generator(engine)
    engine.fails = true
    #expect(throws: CountingEngine.Failure.self) {
      try generator.generate(prompt: [30, 31], config: try config(), stream: NumberStream())
    }
    engine.fails = false
    let one = try config { $0.maxNewTokens = 1 }
    #expect(try generator.generate(prompt: [30, 31], config: one, stream: NumberStream()).tokens == [32])
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try generator.generate(
        prompt: [30, 31], config: one, stream: NumberStream(), onEvent: { _ in throw Stop() })
    }
    #expect(try generator.generate(prompt: [30, 31], config: one, stream: NumberStream()).tokens == [32])
  }

  @Test func metrics() throws {
    var now = 0.0
    let generator = Generator(CountingEngine()) {
      now += 1
      return now
    }
    let metrics = try generator.generate(
      prompt: [30, 31], config: try config { $0.maxNewTokens = 3 }, stream: NumberStream()
    ).metrics
    #expect(metrics.device == "TEST" && metrics.generatedTokens == 3 && metrics.timeToFirstToken == 1)
    #expect(metrics.tokenTimes == [1, 1] && metrics.tokensPerSecond == 1 && metrics.timePerToken == 1)
    #expect(metrics.totalTime == 4 && metrics.deviceTime == 1.5 && metrics.overhead == 0.625)
    #expect(metrics.promptTokensPerSecond == 2)
  }

  @Test func sampledAnswersRepeatWithTheirSeed() throws {
    let sampling = try config { ($0.doSample, $0.temperature, $0.seed, $0.maxNewTokens) = (true, 3, 7, 20) }
    let first = try Generator(CountingEngine()).generate(
      prompt: [1], config: sampling, stream: NumberStream())
    let second = try Generator(CountingEngine()).generate(
      prompt: [1], config: sampling, stream: NumberStream())
    #expect(first.tokens == second.tokens && first.tokens.count > 1)
  }
}
