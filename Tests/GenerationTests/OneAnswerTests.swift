import Generation
import ScriptedModels
import Synchronization
import Testing

/// One answer after the other, as a conversation has them.
@Suite("Answers one by one")
struct OneAnswerTests {
  private func answering(context: Int = 64, blockLength: Int = 16) -> OneByOne {
    let limits = RunnerLimits(
      contextLength: context, blockLength: blockLength,
      blockCount: (context + blockLength - 1) / blockLength, sequences: 1, stepTokens: 64)
    return OneByOne(ScriptedRunner(.counting(vocabulary: 100), limits: limits))
  }

  private func config(_ change: (inout GenerationOptions) -> Void = { _ in }) throws -> GenerationConfig {
    var options = GenerationOptions()
    options.eosTokenIDs = [20]
    change(&options)
    return try GenerationConfig(options)
  }

  @Test func untilAnEndToken() throws {
    let answer = try answering().answer([3, 16], config())
    #expect(answer.text == "17.18.19." && answer.tokens == [17, 18, 19, 20] && answer.reason == .stop)
    #expect(answer.computed == [3, 16, 17, 18, 19], "the end token was never computed")
  }

  @Test func lengths() throws {
    let answering = answering(context: 8, blockLength: 4)
    let limited = try answering.answer([30], config { $0.maxNewTokens = 3 })
    #expect(limited.tokens == [31, 32, 33] && limited.reason == .length)
    let full = try answering.answer([40, 41, 42, 43, 44], config())
    #expect(
      full.tokens == [45, 46, 47, 48] && full.reason == .length, "the last token needs no place in the cache")
    let brimming = try answering.answer(Array(50..<58), config())
    #expect(brimming.tokens == [58] && brimming.reason == .length)
    #expect {
      try answering.answer(Array(50..<59), config())
    } throws: { error in
      let failure = error as? CompletionFailure
      return failure?.code == .promptTooLong && failure?.promptTokens == 9 && failure?.contextLength == 8
    }
    #expect(throws: CompletionFailure.self) { try answering.answer([], config()) }
  }

  @Test func stopStringsAndMinimum() throws {
    let answering = answering()
    let stopped = try answering.answer([30], config { $0.stopStrings = ["3.34"] })
    #expect(stopped.text == "31.32.3" && stopped.reason == .stopString && stopped.tokens == [31, 32, 33, 34])
    let long = try answering.answer([18], config { ($0.minNewTokens, $0.maxNewTokens) = (4, 6) })
    #expect(!long.tokens.contains(20) && long.reason == .length)
    let onwards = try answering.answer([18], config { ($0.ignoresEOS, $0.maxNewTokens) = (true, 4) })
    #expect(onwards.tokens == [19, 20, 21, 22])
  }

  /// Whole blocks, and the one that is not full.
  @Test(arguments: [1, 2, 3, 4, 5, 16]) func onlyNewTokensOfAConversationAreComputed(blockLength: Int) throws
  {
    let answering = answering(blockLength: blockLength)
    let three = try config { $0.maxNewTokens = 3 }
    #expect(try answering.answer([30, 31], three).computed == [30, 31, 32, 33])
    let second = try answering.answer([30, 31, 32, 33, 34, 60], three)
    #expect(second.computed == [34, 60, 61, 62] && second.cached == 4)
    #expect(second.tokens == [61, 62, 63])
    let longer = try answering.answer([30, 31, 32, 33, 34, 60, 61, 62, 63, 70], three)
    #expect(longer.computed == [63, 70, 71, 72] && longer.cached == 8)
  }

  /// The same answer twice needs the same steps twice: with a seed, only whole blocks are found again.
  @Test func aSeedLeavesOutTheBlockThatIsNotFull() throws {
    let answering = answering(blockLength: 4)
    let seeded = try config { ($0.maxNewTokens, $0.seed) = (3, 1) }
    #expect(try answering.answer([30, 31, 32, 33, 34, 60], seeded).cached == 0)
    let again = try answering.answer([30, 31, 32, 33, 34, 60], seeded)
    #expect(again.cached == 4 && again.computed == [34, 60, 61, 62])
  }

  /// Where a text differs from those before, it goes on from there.
  @Test(arguments: [1, 2, 3, 4, 5, 16]) func anotherAnswerToTheSameQuestion(blockLength: Int) throws {
    let answering = answering(blockLength: blockLength)
    let three = try config { $0.maxNewTokens = 3 }
    _ = try answering.answer([30, 31, 32, 60], three)
    // Its last token is computed once more, for its logits.
    #expect(try answering.answer([30, 31, 32, 60], three).computed == [60, 61, 62])
    #expect(try answering.answer([30, 50], three).computed == [50, 51, 52])
    #expect(try answering.answer([40], three).computed == [40, 41, 42])
  }

  @Test func cancelling() throws {
    let answering = answering()
    let cut = try answering.answer([30], config(), isCancelled: { $0 >= 3 })
    #expect(cut.reason == .cancelled && cut.tokens == [31, 32, 33])
    let next = try answering.answer([30, 31, 32, 33, 70], config { $0.maxNewTokens = 1 })
    #expect(next.tokens == [71] && next.cached == 3)
  }

  @Test func aPromptThatIsCancelledLeavesWhatWasComputed() throws {
    let limits = RunnerLimits(
      contextLength: 64, blockLength: 16, blockCount: 4, sequences: 1, stepTokens: 2)
    let steps = Mutex(0)
    let answering = OneByOne(
      ScriptedRunner(
        .counting(vocabulary: 100), limits: limits, beforeStep: { _ in steps.withLock { $0 += 1 } }))
    let within = try answering.answer(
      Array(40..<50), config(), isCancelled: { _ in steps.withLock { $0 } >= 3 })
    #expect(within.reason == .cancelled && within.tokens.isEmpty)
    let again = try answering.answer(Array(40..<50), config { $0.maxNewTokens = 1 })
    #expect(again.tokens == [50] && again.cached > 0)
  }

  @Test func aFailureLeavesItUsable() throws {
    struct Failure: Error {}
    let fails = Mutex(true)
    let limits = RunnerLimits(contextLength: 64, blockLength: 16, blockCount: 4, sequences: 1, stepTokens: 64)
    let answering = OneByOne(
      ScriptedRunner(
        .counting(vocabulary: 100), limits: limits,
        beforeStep: { _ in if fails.withLock({ $0 }) { throw Failure() } }))
    #expect(throws: Failure.self) { try answering.answer([30, 31], config()) }
    fails.withLock { $0 = false }
    #expect(try answering.answer([30, 31], config { $0.maxNewTokens = 1 }).tokens == [32])
  }

  @Test func sampledAnswersRepeatWithTheirSeed() throws {
    let sampling = try config { ($0.doSample, $0.temperature, $0.seed, $0.maxNewTokens) = (true, 3, 7, 20) }
    let first = try answering().answer([1], sampling)
    let second = try answering().answer([1], sampling)
    #expect(first.tokens == second.tokens && first.tokens.count > 1)
  }

  @Test func metrics() {
    var metrics = GenerationMetrics()
    metrics.note(tokens: 1, after: 2)
    #expect(metrics.timeToFirstToken == 2 && metrics.tokensPerSecond == 0 && metrics.timePerToken == 0)
    metrics.note(tokens: 1, after: 1)
    // Guesses that came true come together.
    metrics.note(tokens: 3, after: 1)
    #expect(metrics.generatedTokens == 5 && metrics.tokenTimes.count == 4)
    #expect(abs(metrics.tokensPerSecond - 2) < 1e-9 && abs(metrics.timePerToken - 0.5) < 1e-9)
    (metrics.promptTokens, metrics.reusedTokens) = (10, 4)
    #expect(metrics.promptTokensPerSecond == 3)
  }
}
