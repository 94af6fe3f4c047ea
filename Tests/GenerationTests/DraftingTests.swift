import Generation
import ScriptedModels
import Testing

/// Guesses as the model itself would choose, but for every so many-th place.
private final class ScriptedDraft: TextGenerationEngine {
  let deviceName = "draft"
  let contextLength = 200
  let deviceSeconds = 0.0
  private let model: ScriptedModel
  /// At multiples of it, the guess is wrong.
  private let wrongEvery: Int
  private(set) var tokens: [Int] = []

  init(_ model: ScriptedModel, wrongEvery: Int) {
    self.model = model
    self.wrongEvery = wrongEvery
  }

  func truncate(to length: Int) -> Int {
    tokens = Array(tokens.prefix(length))
    return tokens.count
  }

  func append(_ new: ArraySlice<Int>, shouldContinue: () -> Bool) { tokens += new }

  func withLogits<Result>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> Result) throws -> Result {
    var logits = model.logits(tokens, 0)
    if tokens.count % wrongEvery == 0 { logits = logits.map { -$0 } }
    return try logits.withUnsafeMutableBufferPointer { try body($0) }
  }
}

@Suite("Draft models")
struct DraftingTests {
  private let model = ScriptedModel.hashing(vocabulary: 50)
  private let limits = RunnerLimits(
    contextLength: 200, blockLength: 4, blockCount: 100, sequences: 4, stepTokens: 16, takesDrafts: true)

  private func answers(
    _ runner: any ModelRunner, requests: Int, isSampling: Bool
  ) throws -> (tokens: [Int: [Int]], steps: Int) {
    var schedulerOptions = Scheduler.Options()
    schedulerOptions.guessesFromText = true
    let scheduler = Scheduler(limits: limits, options: schedulerOptions) { _ in NumberText() }
    var tokens: [Int: [Int]] = [:]
    for number in 0..<requests {
      var options = GenerationOptions()
      options.maxNewTokens = 60 + 10 * number
      (options.doSample, options.temperature, options.seed) = (isSampling, isSampling ? 1 : nil, 3)
      _ = try scheduler.admit(
        CompletionRequest(prompt: Array(number..<(number + 9)), config: GenerationConfig(options)), seed: 0)
    }
    while let step = scheduler.next() {
      for event in scheduler.completed(step, try runner.run(step, isCancelled: { false })) {
        if case .text(let id, _, let new, _) = event { tokens[id.request, default: []] += new }
      }
    }
    return (tokens, scheduler.stepCount)
  }

  /// Whatever the draft is worth, and whether it is asked or two answers are under way.
  @Test(arguments: [1, 2, 3, 1000], [false, true]) func noTokenIsChanged(wrongEvery: Int, isSampling: Bool)
    throws
  {
    for requests in 1...2 {
      let plain = try answers(
        ScriptedRunner(model, limits: limits), requests: requests, isSampling: isSampling)
      let drafted = try answers(
        DraftingRunner(
          ScriptedRunner(model, limits: limits), draft: ScriptedDraft(model, wrongEvery: wrongEvery)),
        requests: requests, isSampling: isSampling)
      #expect(drafted.tokens == plain.tokens)
      #expect(plain.tokens[0]?.count == 60)
      guard requests == 1, !isSampling else { continue }
      // Eight at a time where all come true; where none does, hardly more than without.
      if wrongEvery == 1000 { #expect(drafted.steps < plain.steps / 4) }
      if wrongEvery == 1 { #expect(drafted.steps <= plain.steps) }
    }
  }

  @Test func aDeadRunnerTakesItsGuessesWithIt() throws {
    let runner = DraftingRunner(
      ScriptedRunner(model, limits: limits), draft: ScriptedDraft(model, wrongEvery: 5))
    let first = try answers(runner, requests: 1, isSampling: false)
    try runner.recover()
    #expect(try answers(runner, requests: 1, isSampling: false).tokens == first.tokens)
  }
}
