import Foundation
import Generation
import JSON
import OpenVINO
import ScriptedModels
import Supervisor
import Testing

/// The engine with paged attention against transformers: families that see everything, with a sliding window (of 8)
/// that the prompts of 21 tokens are longer than, with windows on some layers only, and with experts.
@Suite struct PagedEngineTests {
  static let families = ["llama", "mistral-window", "gemma3", "qwen3-moe"]

  private func request(_ model: ModelFolder, _ engine: EngineChoice = .paged) -> ModelLoader.Request {
    var request = TinyBake.request(model)
    request.usesFixedShapes = false
    request.engine = engine
    return request
  }

  private func engine(
    _ family: String, context: Int = 64, piece: Int = 1024, in folder: TemporaryFolder
  ) throws -> PagedEngine {
    let model = try TinyBake.bake(family, prompt: nil, in: folder)
    let loaded = try TinyBake.loader().load(request(model))
    #expect(loaded.report.engine == .paged)
    return try PagedEngine(
      loaded, options: EngineOptions(contextLength: context, cache: .editable(pieceLength: piece)))
  }

  @Test(arguments: families) func greedyTokensAreThoseOfTransformers(family: String) throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference(family)
    let engine = try engine(family, in: folder)
    try engine.warmUp()
    #expect(engine.count == 0)
    try engine.append(reference.tokens[...])
    let logits = try engine.withLogits { Array($0) }
    #expect(relativeError(logits, reference.logits.suffix(logits.count)) < 1e-4)
    #expect(try engine.greedy(12) == reference.greedy)
    #expect(engine.count == 33)
  }

  /// Soft limits, chunks, and recurrent states with no attention beside them or of one head: no paged form.
  static let withoutPages: Set = [
    "gemma2", "llama4", "llama4-two", "mamba", "mamba-bias", "mamba2", "mamba2-groups", "falcon-mamba",
    "jamba",
  ]
  /// A model of each way to attend and to remember; with OVEN_EVERY_FAMILY in the environment every tiny model.
  static let ways: [String] = {
    guard ProcessInfo.processInfo.environment["OVEN_EVERY_FAMILY"] != nil else {
      return [
        "gpt-oss-wide", "gemma3n-odd", "gemma4-shared", "deepseek-v3", "bloom-six", "mpt-six",
        "cohere2-pattern",
        "gpt-neo-odd", "ministral3", "phi3-long", "qwen3-next-odd", "granite-hybrid-groups", "olmo-hybrid",
        "mamba2",
      ]
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: TinyBake.fixtures.path)) ?? []
    return names.filter { !$0.contains(".") && !$0.hasPrefix("_") }.sorted()
  }()

  @Test(arguments: ways) func everyPagedFormAnswersAsTransformers(family: String) throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference(family)
    guard !PagedEngineTests.withoutPages.contains(family) else {
      let error = #expect(throws: SupervisorError.self) { try self.engine(family, in: folder) }
      #expect(error?.code == .loadFailed)
      return
    }
    let engine = try engine(family, in: folder)
    try engine.append(reference.tokens[...])
    let logits = try engine.withLogits { Array($0) }
    #expect(relativeError(logits, reference.logits.suffix(logits.count)) < 1e-4)
    #expect(try engine.greedy(12) == reference.greedy)
  }

  /// Over the border of blocks, as transformers goes on (Fixtures/tiny/long_greedy.py).
  @Test(arguments: families, [EngineChoice.paged, .stateful])
  func goesOnAsTransformersDoes(family: String, choice: EngineChoice) throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference(family)
    let bytes = try Data(contentsOf: TinyBake.fixtures.appending(path: "long_greedy.json"))
    let tokens = try #require(try JSON(parsing: Array(bytes))[family]?["tokens"]?.array?.compactMap(\.int))
    try #require(tokens.count == 80)
    let paged = try engine(family, context: 120, in: folder)
    var engine: any ModelEngine = paged
    if choice == .stateful {
      let loaded = try TinyBake.loader().load(request(paged.folder, .stateful))
      engine = try StatefulEngine(loaded, options: EngineOptions(contextLength: 120))
    }
    try engine.append(reference.tokens[...], shouldContinue: { true })
    #expect(try greedy(engine, 80) == tokens)
  }

  private func greedy(_ engine: any ModelEngine, _ count: Int) throws -> [Int] {
    var tokens: [Int] = []
    while tokens.count < count {
      let next = try engine.withLogits { logits in
        logits.indices.max { logits[$0] < logits[$1] } ?? 0
      }
      tokens.append(next)
      if tokens.count < count { try engine.append([next], shouldContinue: { true }) }
    }
    return tokens
  }

  @Test(arguments: families) func promptsComeInPiecesAndInTurns(family: String) throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference(family)
    let engine = try engine(family, piece: 5, in: folder)
    for kept in [0, 1, 8, 20] {
      engine.reset()
      try engine.append(reference.tokens.prefix(kept))
      try engine.append(reference.tokens.dropFirst(kept))
      #expect(try engine.greedy(12) == reference.greedy, "after \(kept)")
    }
  }

  @Test(arguments: families) func whatIsForgottenLeavesNoTrace(family: String) throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference(family)
    let engine = try engine(family, in: folder)
    try engine.append(reference.tokens[...])
    _ = try engine.greedy(40)
    #expect(engine.truncate(to: 18) == 18)
    #expect(throws: SupervisorError.self) { try engine.withLogits { $0.count } }
    try engine.append(reference.tokens.suffix(3))
    #expect(try engine.greedy(12) == reference.greedy)
    #expect(engine.truncate(to: 100) == 33)
    #expect(engine.truncate(to: 0) == 0)
    try engine.append(reference.tokens[...])
    #expect(try engine.greedy(12) == reference.greedy)
  }

  /// A second turn of a chat: only what is new is computed, to the token, whether one conversation has the engine or blocks
  /// of many are counted.
  @Test(arguments: [true, false]) func theSecondTurnKeepsTheFirst(isEngine: Bool) throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference("mistral-window")
    let engine = try engine("mistral-window", in: folder)
    var options = PagedRunner.Options()
    options.sequences = 1
    let runner: any ModelRunner =
      isEngine ? EngineRunner(engine) : try PagedRunner(engine.model, options: options)
    try runner.warmUp()
    let answering = OneByOne(runner)
    let (before, first) = (
      runner.deviceSeconds, try answering.answer(Array(reference.tokens.dropLast(5)), greedy(4))
    )
    #expect(first.cached == 0)
    let second = try answering.answer(reference.tokens, greedy(12))
    // Of the first answer as much as is the same.
    let text = Array(reference.tokens.dropLast(5)) + first.tokens.dropLast()
    #expect(second.cached == zip(text, reference.tokens.dropLast()).prefix { $0 == $1 }.count)
    #expect(second.cached >= 15 && second.tokens == reference.greedy)
    #expect(runner.deviceSeconds > before)
  }

  @Test func theEndOfTheContextIsLength() throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference("llama")
    let engine = try engine("llama", context: 26, in: folder)
    let result = try OneByOne(EngineRunner(engine)).answer(reference.tokens, greedy(nil))
    #expect(result.reason == .length)
    #expect(result.tokens == Array(reference.greedy.prefix(6)))
    let error = #expect(throws: SupervisorError.self) { try engine.append([1]) }
    #expect(error?.code == .contextFull)
    #expect(error?.message.contains("27 tokens") == true && error?.message.contains("26") == true)
  }

  @Test func promptsCanBeStoppedBetweenPieces() throws {
    let folder = try TemporaryFolder()
    let engine = try engine("llama", piece: 1, in: folder)
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

  /// A blob of a paged model does not tell the CPU plugin all that it asks for.
  @Test(arguments: [Properties.float32, [:]]) func theCacheKeepsThePagedModel(properties: Properties) throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference("llama")
    let model = try TinyBake.bake("llama", prompt: nil, in: folder)
    let cache = try CompiledModelCache(folder: folder.url.appending(path: "cache").path)
    var request = request(model, .auto)
    request.properties = properties
    let first = try TinyBake.loader(cache).makeEngine(request)
    // A core that has compiled nothing.
    let loader = ModelLoader(core: try Core(), cache: cache)
    let second = try loader.makeEngine(request)
    #expect(!first.report.fromCache && second.report.fromCache)
    #expect(first is PagedEngine && second is PagedEngine && second.report.engine == .paged)
    for engine in [first, second] { try engine.append(reference.tokens[...], shouldContinue: { true }) }
    #expect(try first.greedy(12) == second.greedy(12))
    #expect(try loader.keys(request, on: "CPU").map(\.digest) == cache.entries().map(\.key.digest))
    request.engine = .stateful
    #expect(try loader.makeEngine(request).report.fromCache == false)
  }

  /// Scores that are limited softly have no paged form.
  @Test func aModelWithoutAPagedFormRunsAsBefore() throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference("gemma2")
    let model = try TinyBake.bake("gemma2", prompt: nil, in: folder)
    let cache = try CompiledModelCache(folder: folder.url.appending(path: "cache").path)
    let loader = try TinyBake.loader(cache)
    let engine = try loader.makeEngine(request(model, .auto))
    #expect(engine is StatefulEngine && engine.report.engine == .stateful)
    try engine.append(reference.tokens[...], shouldContinue: { true })
    #expect(try engine.greedy(12) == reference.greedy)
    #expect(try loader.makeEngine(request(model, .auto)).report.fromCache)
    #expect(
      try loader.keys(request(model, .auto), on: "CPU").map(\.digest) == cache.entries().map(\.key.digest))
    let error = #expect(throws: SupervisorError.self) { try loader.makeEngine(request(model)) }
    #expect(error?.code == .loadFailed)
    #expect(error?.message.contains("paged attention") == true)
    #expect(error?.mend.contains("ModelLoader.Request.engine paged") == true)
  }

  @Test func otherDevicesHaveNoPages() throws {
    let folder = try TemporaryFolder()
    let model = try TinyBake.bake("llama", prompt: nil, in: folder)
    var request = request(model)
    request.device = "HETERO:CPU"
    let error = #expect(throws: SupervisorError.self) { try TinyBake.loader().makeEngine(request) }
    #expect(error?.message.contains("HETERO:CPU") == true)
    request.engine = .auto
    #expect(try TinyBake.loader().makeEngine(request) is StatefulEngine)
    request.device = "CPU"
    request.engine = .paged
    request.allLogits = true
    #expect(try TinyBake.loader().load(request).report.engine == .stateful)
  }

  private func greedy(_ count: Int?) throws -> GenerationConfig {
    var options = GenerationOptions()
    options.doSample = false
    options.maxNewTokens = count
    options.ignoresEOS = true
    return try GenerationConfig(options)
  }
}
