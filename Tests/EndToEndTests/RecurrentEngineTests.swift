import Foundation
import Generation
import OpenVINO
import ScriptedModels
import Supervisor
import Testing

/// Engines on models with recurrent states: a gated delta net, a state space with heads, one beside attention, one
/// without heads, short convolutions.
@Suite struct RecurrentEngineTests {
  static let stateful = [
    "qwen3_5", "granite-hybrid-dense", "falcon-h1", "nemotron-h", "lfm2", "mamba", "mamba2",
  ]
  static let paged = ["qwen3_5", "granite-hybrid-dense", "falcon-h1", "nemotron-h", "lfm2"]

  private func engine(
    _ family: String, _ choice: EngineChoice, interval: Int = 6, piece: Int = 1024, in folder: TemporaryFolder
  ) throws -> any ModelEngine {
    var request = TinyBake.request(try TinyBake.bake(family, prompt: nil, in: folder))
    request.usesFixedShapes = false
    request.engine = choice
    let loaded = try TinyBake.loader().load(request)
    var options = EngineOptions(contextLength: 120, cache: .editable(pieceLength: piece))
    options.snapshotInterval = interval
    return choice == .paged
      ? try PagedEngine(loaded, options: options) : try StatefulEngine(loaded, options: options)
  }

  /// What transformers says after the prompt, in pieces, and again after the engine has been wound back.
  private func judge(_ engine: any ModelEngine, _ family: String) throws {
    let reference = try TinyBake.reference(family)
    func answer() throws {
      let logits = try engine.withLogits { Array($0) }
      #expect(relativeError(logits, reference.logits.suffix(logits.count)) < 1e-4)
      #expect(try engine.greedy(12) == reference.greedy)
    }
    try engine.append(reference.tokens[...], shouldContinue: { true })
    try answer()
    // The prompt's end is kept.
    #expect(try engine.truncate(to: reference.tokens.count + 3) >= reference.tokens.count)
    for length in [20, 13, 7, 1] {
      let kept = try engine.truncate(to: length)
      #expect(kept <= length && engine.count == kept)
      try engine.append(reference.tokens.dropFirst(kept), shouldContinue: { true })
      try answer()
    }
    #expect(try engine.truncate(to: 0) == 0)
    try engine.append(reference.tokens[...], shouldContinue: { true })
    try answer()
  }

  @Test(arguments: stateful, [1024, 5]) func statefulAnswersAreThoseOfTransformers(
    family: String, piece: Int
  ) throws {
    let folder = try TemporaryFolder()
    try judge(engine(family, .stateful, piece: piece, in: folder), family)
  }

  @Test(arguments: paged, [1024, 5]) func pagedAnswersAreThoseOfTransformers(
    family: String, piece: Int
  ) throws {
    let folder = try TemporaryFolder()
    try judge(engine(family, .paged, piece: piece, in: folder), family)
  }

  /// The plugin computes the delta rule faster without pages, but many conversations need them, also where something else
  /// was found to be fastest for one.
  @Test func aDeltaNetIsAloneWithoutPages() throws {
    let folder = try TemporaryFolder()
    let loader = try TinyBake.loader()
    func request(_ family: String) throws -> ModelLoader.Request {
      var request = TinyBake.request(try TinyBake.bake(family, prompt: nil, in: folder))
      (request.usesFixedShapes, request.engine) = (false, .auto)
      return request
    }
    let deltaNet = try request("qwen3_5")
    #expect(try loader.makeEngine(deltaNet) is StatefulEngine)
    #expect(try loader.loadRunnable(deltaNet).report.engine == .paged)
    var tuned = TunedSettings()
    tuned.engine = .stateful
    #expect(try loader.loadRunnable(deltaNet.tuned(tuned)).report.engine == .paged)
    tuned.engine = .paged
    #expect(try loader.makeEngine(deltaNet.tuned(tuned)) is PagedEngine)
    #expect(try loader.makeEngine(request("lfm2")) is PagedEngine)
  }

  /// A second turn of a chat goes on from the end of the first one's prompt.
  @Test(arguments: [EngineChoice.stateful, .paged]) func theSecondTurnKeepsTheFirst(
    choice: EngineChoice
  ) throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference("qwen3_5")
    let answering = OneByOne(EngineRunner(try engine("qwen3_5", choice, in: folder)))
    var options = GenerationOptions()
    options.doSample = false
    options.ignoresEOS = true
    options.maxNewTokens = 12
    let config = try GenerationConfig(options)
    _ = try answering.answer(Array(reference.tokens.dropLast(5)), config)
    let second = try answering.answer(reference.tokens, config)
    #expect(second.cached == reference.tokens.count - 5)
    #expect(second.tokens == reference.greedy)
  }
}
