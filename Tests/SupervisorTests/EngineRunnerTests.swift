import Generation
import OpenVINO
import ScriptedModels
import Supervisor
import Synchronization
import Testing

/// A model over 100 tokens that always answers token n with n + 1, on an engine that notes what it computes.
private final class CountingEngine: ModelEngine {
  struct Failure: Error {}
  private struct NoCatalog: DeviceCatalog {
    let runtimeVersion = ""
    func devices() -> [String] { [] }
    func property(_ key: PropertyKey, of device: String) -> String { "" }
  }

  let folder: ModelFolder
  let report = LoadReport(device: DeviceIdentity("CPU", in: NoCatalog()), fromCache: false, seconds: 0)
  let entryFolders: [String] = []
  let deviceName = "TEST"
  let contextLength = 64
  let longestPrompt = 64
  let promptPieceLength: Int
  var deviceSeconds = 0.0
  var canTruncate = true
  var fails = false
  private(set) var tokens: [Int] = []
  private(set) var computed: [Int] = []

  init(piece: Int = 64) throws {
    folder = try Toy.folder()
    promptPieceLength = piece
  }

  func truncate(to length: Int) -> Int {
    tokens = canTruncate ? Array(tokens.prefix(length)) : []
    return tokens.count
  }

  func reset() { tokens = [] }
  func warmUp() {}

  func append(_ new: ArraySlice<Int>, shouldContinue: () -> Bool) throws {
    precondition(!new.isEmpty && count + new.count <= contextLength)
    for token in new {
      guard shouldContinue(), !fails else { throw Failure() }
      tokens.append(token)
      computed.append(token)
      deviceSeconds += 0.5
    }
  }

  func withLogits<Result>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> Result) throws -> Result {
    var logits = [Float](repeating: 0, count: 100)
    logits[((tokens.last ?? 0) + 1) % 100] = 5
    return try logits.withUnsafeMutableBufferPointer { try body($0) }
  }

  func takeComputed() -> [Int] {
    defer { computed = [] }
    return computed
  }
}

/// A scheduler before an engine that holds one conversation.
@Suite struct EngineRunnerTests {
  private func config(_ tokens: Int) throws -> GenerationConfig {
    var options = GenerationOptions()
    (options.maxNewTokens, options.ignoresEOS, options.doSample) = (tokens, true, false)
    return try GenerationConfig(options)
  }

  /// Whether a prompt is computed at once or in pieces.
  @Test(arguments: [1, 2, 3, 64]) func onlyNewTokensOfAConversationAreComputed(piece: Int) throws {
    let engine = try CountingEngine(piece: piece)
    let answering = OneByOne(EngineRunner(engine))
    let three = try config(3)
    _ = try answering.answer([30, 31], three)
    #expect(engine.takeComputed() == [30, 31, 32, 33])
    let second = try answering.answer([30, 31, 32, 33, 34, 60], three)
    #expect(engine.takeComputed() == [34, 60, 61, 62])
    #expect(second.cached == 4 && second.tokens == [61, 62, 63])
    // The same prompt again: its last token is computed once more, for its logits.
    _ = try answering.answer([30, 31, 32, 33, 34, 60], three)
    #expect(engine.takeComputed() == [60, 61, 62])
    _ = try answering.answer([30, 50], three)
    #expect(engine.takeComputed() == [50, 51, 52])
    engine.canTruncate = false
    #expect(try answering.answer([30, 50, 70], three).tokens == [71, 72, 73])
    #expect(engine.takeComputed() == [30, 50, 70, 71, 72])
  }

  @Test func somebodyElseUsedTheEngine() throws {
    let engine = try CountingEngine()
    let answering = OneByOne(EngineRunner(engine))
    _ = try answering.answer([30, 31], config(1))
    engine.reset()
    try engine.append([5, 6, 7], shouldContinue: { true })
    _ = engine.takeComputed()
    #expect(try answering.answer([30, 31, 32], config(1)).tokens == [33])
    #expect(engine.takeComputed() == [30, 31, 32])
  }

  @Test func aPromptThatIsStoppedLeavesWhatWasComputed() throws {
    let engine = try CountingEngine()
    let answering = OneByOne(EngineRunner(engine))
    let asked = Mutex(0)
    let cut = try answering.answer(
      Array(40..<50), config(5),
      isCancelled: { _ in
        asked.withLock {
          $0 += 1
          return $0 > 3
        }
      })
    #expect(cut.reason == .cancelled && cut.tokens.isEmpty && engine.count > 0)
    let kept = engine.count
    _ = engine.takeComputed()
    #expect(try answering.answer(Array(40..<50), config(1)).tokens == [50])
    #expect(engine.takeComputed() == Array((40 + kept)..<50))
  }

  @Test func aFailureLeavesItUsable() throws {
    let engine = try CountingEngine()
    let answering = OneByOne(EngineRunner(engine))
    engine.fails = true
    #expect(throws: CountingEngine.Failure.self) { try answering.answer([30, 31], config(1)) }
    engine.fails = false
    #expect(try answering.answer([30, 31], config(1)).tokens == [32])
  }

  @Test func greedyTokensAreThoseOfOpenVINO() throws {
    let runner = EngineRunner(try Toy.engine(chunk: 7))
    try runner.warmUp()
    let before = runner.deviceSeconds
    let answering = OneByOne(runner)
    for sample in try Toy.cases() {
      let answer = try answering.answer(sample.prompt, config(sample.greedy.count))
      #expect(answer.tokens == sample.greedy && answer.reason == .length)
    }
    #expect(runner.deviceSeconds > before)
  }

  @Test func aSecondTurnOnARealEngine() throws {
    let answering = OneByOne(EngineRunner(try Toy.engine()))
    let sample = try #require(try Toy.cases().last)
    #expect(try answering.answer(Array(sample.prompt.dropLast(5)), config(4)).cached == 0)
    let second = try answering.answer(sample.prompt, config(sample.greedy.count))
    #expect(second.cached == sample.prompt.count - 5 && second.tokens == sample.greedy)
  }
}
