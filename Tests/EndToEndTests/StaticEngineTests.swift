import Baking
import Foundation
import Generation
import OpenVINO
import ScriptedModels
import Supervisor
import Testing

/// The fixed-shape graphs of a bake with the cache that we keep, against transformers and the stateful engine: a
/// family that sees everything, and one with a sliding window (of 8) that the prompts are longer than.
@Suite struct StaticEngineTests {
  static let families = ["llama", "mistral-window", "gpt2"]

  /// Prompts of 21 tokens, padded to 32.
  private func engine(
    _ family: String, prompt: Int = 32, context: Int = 64, in folder: TemporaryFolder
  ) throws -> StaticEngine {
    let model = try TinyBake.bake(family, prompt: prompt, context: context, in: folder)
    return try #require(try TinyBake.loader().makeEngine(TinyBake.request(model)) as? StaticEngine)
  }

  @Test(arguments: families) func greedyTokensAreThoseOfTransformersAndOfTheStatefulEngine(
    family: String
  ) throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference(family)
    let engine = try engine(family, in: folder)
    #expect(engine.contextLength == 64 && engine.longestPrompt == 64)
    try engine.append(reference.tokens[...], shouldContinue: { true })
    let logits = try engine.withLogits { Array($0) }
    #expect(relativeError(logits, reference.logits.suffix(logits.count)) < 1e-4)
    #expect(try engine.greedy(12) == reference.greedy)
    #expect(engine.count == 33)
    var stateful = TinyBake.request(engine.folder)
    stateful.usesFixedShapes = false
    let other = try TinyBake.loader().makeEngine(stateful)
    try other.append(reference.tokens[...], shouldContinue: { true })
    #expect(try other.greedy(30) == Array(reference.greedy) + engine.greedy(18))
  }

  /// The rest of a prompt after 1, 8, 14 and 20 tokens: few of them go one by one, many with the whole again.
  @Test(arguments: families) func aConversationGoesOn(family: String) throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference(family)
    let engine = try engine(family, in: folder)
    try engine.warmUp()
    #expect(engine.count == 0)
    for kept in [1, 8, 14, 20] {
      engine.reset()
      try engine.append(reference.tokens.prefix(kept), shouldContinue: { true })
      try engine.append(reference.tokens.dropFirst(kept), shouldContinue: { true })
      #expect(try engine.greedy(12) == reference.greedy, "after \(kept)")
    }
  }

  /// Decode graphs for 24, 28 and 64 tokens; the prompt has 21.
  @Test(arguments: families) func aConversationGrowsThroughItsGraphs(family: String) throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference(family)
    let model = try TinyBake.bake(family, prompt: 32, context: 64, steps: [28, 24], in: folder)
    let engine = try #require(try TinyBake.loader().makeEngine(TinyBake.request(model)) as? StaticEngine)
    #expect(engine.contextLength == 64)
    for _ in 0..<2 {
      try engine.append(reference.tokens[...], shouldContinue: { true })
      #expect(try engine.greedy(12) == reference.greedy)
      // Back into the shortest one.
      #expect(engine.truncate(to: 18) == 18)
      try engine.append(reference.tokens.suffix(3), shouldContinue: { true })
      #expect(try engine.greedy(12) == reference.greedy)
      engine.reset()
    }
  }

  @Test(arguments: families) func whatIsForgottenLeavesNoTrace(family: String) throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference(family)
    let engine = try engine(family, in: folder)
    try engine.append(reference.tokens[...], shouldContinue: { true })
    _ = try engine.greedy(12)
    #expect(engine.truncate(to: 18) == 18)
    #expect(throws: SupervisorError.self) { try engine.withLogits { $0.count } }
    try engine.append(reference.tokens.suffix(3), shouldContinue: { true })
    #expect(try engine.greedy(12) == reference.greedy)
    #expect(engine.truncate(to: 100) == 33)
    #expect(engine.truncate(to: 0) == 0)
    try engine.append(reference.tokens[...], shouldContinue: { true })
    #expect(try engine.greedy(12) == reference.greedy)
  }

  /// A second turn of a chat: only what is new is computed.
  @Test func theSecondTurnKeepsTheFirst() throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference("mistral-window")
    let runner = EngineRunner(try engine("mistral-window", in: folder))
    let answering = OneByOne(runner)
    #expect(try answering.answer(Array(reference.tokens.dropLast(5)), greedy(4)).cached == 0)
    let second = try answering.answer(reference.tokens, greedy(12))
    #expect(second.cached >= 15)
    #expect(second.tokens == reference.greedy)
    #expect(runner.deviceSeconds > 0)
  }

  @Test func theEndOfTheContextIsLength() throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference("llama")
    // 21 tokens and 5 more; the last answer's token needs no place.
    let engine = try engine("llama", prompt: 21, context: 26, in: folder)
    let runner = EngineRunner(engine)
    let result = try OneByOne(runner).answer(reference.tokens, greedy(nil))
    #expect(result.reason == .length)
    #expect(result.tokens == Array(reference.greedy.prefix(6)))
    #expect(engine.count == 26)
    let error = #expect(throws: SupervisorError.self) { try engine.append([1], shouldContinue: { true }) }
    #expect(error?.code == .contextFull)
    #expect(error?.message.contains("27 tokens") == true && error?.message.contains("26") == true)
    #expect(error?.mend.contains("StaticShapes.contextLength") == true)
    #expect(throws: CompletionFailure.self) {
      try OneByOne(runner).answer(Array(repeating: 1, count: 27), greedy(1))
    }
    #expect(runner.contextAdvice.description.contains("StaticShapes.contextLength"))
  }

  /// Chunks of 10 after at most 20 others: the third holds one token of 21, and where the context ends a chunk begins
  /// before what is new.
  @Test(arguments: families) func aPromptLongerThanItsGraphGoesInChunks(family: String) throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference(family)
    let engine = try engine(family, prompt: 10, context: 40, in: folder)
    try engine.append(reference.tokens[...], shouldContinue: { true })
    #expect(try engine.greedy(12) == reference.greedy)
    let short = try self.engine(family, prompt: 18, context: 24, in: folder)
    try short.append(reference.tokens.prefix(9), shouldContinue: { true })
    try short.append(reference.tokens.dropFirst(9), shouldContinue: { true })
    #expect(try short.greedy(3) == Array(reference.greedy.prefix(3)))
    var asked = 0
    // What was measured is forgotten, too, so that chunks are chosen again.
    try engine.warmUp()
    let error = #expect(throws: SupervisorError.self) {
      try engine.append(
        reference.tokens[...],
        shouldContinue: {
          asked += 1
          return asked < 3
        })
    }
    #expect(error?.code == .cancelled && engine.count == 20)
  }

  @Test func stepsCanBeStopped() throws {
    let folder = try TemporaryFolder()
    let engine = try engine("llama", in: folder)
    var asked = 0
    let error = #expect(throws: SupervisorError.self) {
      try engine.append(
        [5, 6, 7, 8],
        shouldContinue: {
          asked += 1
          return asked < 3
        })
    }
    #expect(error?.code == .cancelled)
    #expect(engine.count == 2)
  }

  private func greedy(_ count: Int?) throws -> GenerationConfig {
    var options = GenerationOptions()
    options.doSample = false
    options.maxNewTokens = count
    options.ignoresEOS = true
    return try GenerationConfig(options)
  }
}

/// Tokens as text that shows them.
struct Numbers: TokenTextStream {
  mutating func append(_ id: Int) -> String { "<\(id)>" }
  mutating func finish() -> String { "" }
}

extension TextGenerationEngine {
  /// The next tokens, each the most likely one.
  func greedy(_ number: Int) throws -> [Int] {
    var tokens: [Int] = []
    while tokens.count < number {
      tokens.append(try withLogits { logits in logits.indices.max { logits[$0] < logits[$1] } ?? 0 })
      try append(tokens.suffix(1), shouldContinue: { true })
    }
    return tokens
  }
}
