import Files
import Foundation
import Generation
import JSON
import OpenVINO
import Quantization
import Supervisor
import Testing

/// What `oven tune` can set, that it changes no answer, and when what it found holds.
@Suite struct TuningTests {
  private func request(_ model: ModelFolder, _ engine: EngineChoice) -> ModelLoader.Request {
    var request = TinyBake.request(model)
    request.usesFixedShapes = false
    request.engine = engine
    return request
  }

  private func logits(_ engine: any ModelEngine, after tokens: [Int]) throws -> [Float] {
    try engine.append(tokens[...], shouldContinue: { true })
    return try engine.withLogits { Array($0) }
  }

  private var merged: TunedSettings {
    var settings = TunedSettings()
    settings.mergesProjections = true
    return settings
  }

  /// Queries, keys and values, and both halves of the MLP; biases stay behind the parts.
  @Test(arguments: ["llama", "gemma3", "qwen2", "qwen3-moe"], [EngineChoice.paged, .stateful])
  func mergedProjectionsComputeTheSame(family: String, engine: EngineChoice) throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference(family)
    for format in [QuantizationRecipe.WeightType.fp32, .int8, .int4] {
      let model = try TinyBake.bake(family, prompt: nil, format: format, in: folder)
      let loader = try TinyBake.loader()
      #expect(try loader.core.readModel(model.xml, weights: model.weights).mergeProjections() >= 4)
      var request = request(model, engine)
      let plain = try logits(loader.makeEngine(request), after: reference.tokens)
      request.tuned = merged
      let found = try logits(loader.makeEngine(request), after: reference.tokens)
      #expect(relativeError(found, plain[...]) < 1e-4)
      guard format == .fp32 else { continue }
      #expect(relativeError(found, reference.logits.suffix(found.count)) < 1e-4)
    }
  }

  /// A prompt in the form for all steps, single tokens in the one for few, from the same blocks.
  @Test(arguments: ["llama", "gemma3", "qwen3_5"]) func twoFormsReadTheSameBlocks(family: String) throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference(family)
    let model = try TinyBake.bake(family, prompt: nil, in: folder)
    let loader = try TinyBake.loader()
    var request = request(model, .paged)
    // What the user says of the type holds for all steps.
    request.tuned = TunedSettings()
    request.tuned?.fewTokensPrecision = "f32"
    request.properties[.inferencePrecision] = "f32"
    #expect(try loader.load(request).few == nil)
    request.properties[.inferencePrecision] = nil
    var settings = TunedSettings()
    settings.properties["INFERENCE_PRECISION_HINT"] = "f32"
    settings.fewTokensPrecision = "f32"
    request.tuned = settings
    let loaded = try loader.load(request)
    #expect(loaded.few != nil && loaded.report.tuned.contains("few-tokens=f32"))
    let engine = try loader.makeEngine(request)
    let tokens = Array((0..<3).flatMap { _ in reference.tokens }.prefix(40))
    try engine.append(tokens.prefix(30), shouldContinue: { true })
    for token in tokens.dropFirst(30) { try engine.append([token], shouldContinue: { true }) }
    request.tuned?.fewTokensPrecision = nil
    let usual = try logits(loader.makeEngine(request), after: tokens)
    #expect(relativeError(try engine.withLogits { Array($0) }, usual[...]) < 1e-3)
  }

  private func record(_ loader: ModelLoader, _ request: ModelLoader.Request, _ settings: TunedSettings) throws
    -> TuningRecord
  {
    var trial = TuningRecord.Trial(setting: "projections=merged", verdict: .kept)
    trial.decodeRatio = 1.25
    return TuningRecord(
      key: try loader.tuningKey(request, on: "CPU"), settings: settings, trials: [trial], date: 7)
  }

  @Test func whatWasFoundIsUsedUntilTheMachineChanges() throws {
    let folder = try TemporaryFolder()
    let model = try TinyBake.bake("llama", prompt: nil, in: folder)
    let place = folder.url.appending(path: "cache").path
    let store = TuningStore(cache: place, trust: .own)
    var loader = try TinyBake.loader()
    loader.tuning = store
    let request = request(model, .auto)
    #expect(try loader.makeEngine(request).report.tuned.isEmpty)
    var settings = merged
    settings.engine = .stateful
    settings.properties["ENABLE_CPU_PINNING"] = "NO"
    let kept = try record(loader, request, settings)
    try store.keep(kept)
    #expect(store.record(for: kept.key) == kept)
    let report = try loader.makeEngine(request).report
    #expect(report.tuned == settings.words && report.engine == .stateful)
    // What the user asks for goes before what was found.
    var own = request
    own.engine = .paged
    #expect(try loader.makeEngine(own).report.engine == .paged)
    own.precision = .f32
    #expect(try loader.makeEngine(own).report.tuned.isEmpty)
    var other = kept.key
    other.driver = "another"
    #expect(store.record(for: other) == nil)
    #expect(store.outdated(other) == kept)
    store.forget(kept.key)
    #expect(try loader.makeEngine(request).report.tuned.isEmpty)
  }

  /// A driver that does not take a setting any more is no reason not to load.
  @Test func aRefusedSettingIsLeftOut() throws {
    let folder = try TemporaryFolder()
    let model = try TinyBake.bake("llama", prompt: nil, in: folder)
    let store = TuningStore(cache: folder.url.path, trust: .own)
    var loader = try TinyBake.loader()
    loader.tuning = store
    let request = request(model, .auto)
    var settings = TunedSettings()
    settings.properties["INFERENCE_NUM_THREADS"] = "many"
    try store.keep(record(loader, request, settings))
    #expect(try loader.makeEngine(request).report.tuned.isEmpty)
  }

  @Test func whatOthersMayWriteIsNotBelieved() throws {
    let folder = try TemporaryFolder()
    let model = try TinyBake.bake("llama", prompt: nil, in: folder)
    let loader = try TinyBake.loader()
    let store = TuningStore(cache: folder.url.path, trust: .own)
    var settings = merged
    settings.properties["ENABLE_CPU_PINNING"] = "NO"
    let kept = try record(loader, request(model, .auto), settings)
    try store.keep(kept)
    let file = folder.url.appending(path: ".tuned/\(kept.key.digest).json")
    try Owners.setPermissions(0o666, of: file.path)
    #expect(store.record(for: kept.key) == nil)
    try Owners.setPermissions(0o600, of: file.path)
    #expect(store.record(for: kept.key) == kept)
    // A property that names a path is none that is tuned.
    let text = try String(contentsOf: file, encoding: .utf8)
    let evil = text.replacing("\"ENABLE_CPU_PINNING\"", with: "\"CACHE_DIR\"")
    try Data(evil.utf8).write(to: file)
    try Owners.setPermissions(0o600, of: file.path)
    #expect(store.record(for: kept.key) == nil)
  }

  /// Everything is tried, and what is kept is one of it.
  @Test func allThatIsTriedIsToldOnce() throws {
    let folder = try TemporaryFolder()
    let model = try TinyBake.bake("llama", prompt: nil, format: .int4, in: folder)
    var request = ModelLoader.Request(model: model)
    (request.device, request.engine) = ("CPU", .auto)
    request.properties["KV_CACHE_PRECISION"] = "f32"
    let candidates = TuningCandidates(device: "CPU", precisions: ["FP32"], groups: [], processors: 1)
    var effort = Tuner.Effort()
    (effort.promptTokens, effort.answerTokens, effort.pairs, effort.textTokens) = (8, 2, 1, 16)
    var told: [TuningRecord.Trial] = []
    let tokens = try TinyBake.reference("llama").tokens
    let found = try Tuner(TinyBake.loader(), request, tokens: tokens, effort: effort).tune(candidates) {
      told.append($0)
    }
    #expect(told.first?.verdict == .usual && told.count == found.trials.count)
    #expect(told.allSatisfy { !$0.setting.contains("KV_CACHE") && $0.verdict != .refused })
    #expect(
      told.contains { $0.setting == "kernels=plugin" }
        && told.contains { $0.setting == "engine=stateful" })
    // Products are merged by the plugin's way only.
    let isPlugin = told.contains { $0.setting == "kernels=plugin" && $0.verdict == .kept }
    #expect(told.contains { $0.setting == "projections=merged" } == isPlugin)
    #expect(told.allSatisfy { $0.divergence.isFinite && $0.decode > 0 })
    // Without time, all is told, and nothing kept.
    effort.longest = .zero
    let hasty = try Tuner(TinyBake.loader(), request, tokens: tokens, effort: effort).tune(candidates) { _ in
    }
    #expect(hasty.settings.words == ["kernels=oven"] && hasty.trials.count > 1)
    #expect(hasty.trials.dropFirst().allSatisfy { $0.verdict == .notTried })
  }
}
