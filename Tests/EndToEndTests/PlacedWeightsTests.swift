import Foundation
import Generation
import OpenVINO
import Quantization
import Supervisor
import Testing

/// Oven's own kernels on the CPU against OpenVINO's plugin: with activations in 32 bits they are to compute the same, in
/// every engine, and rounded to 8 bits nearly the same.
@Suite struct PlacedWeightsTests {
  static let families = ["llama", "mistral-window", "gemma3", "qwen3-moe", "gpt2"]

  private func request(
    _ model: ModelFolder, _ kernels: CPUKernels, _ precision: CPUPrecision = .f32,
    _ engine: EngineChoice = .stateful
  ) -> ModelLoader.Request {
    var request = ModelLoader.Request(model: model)
    request.device = "CPU"
    request.properties = ["KV_CACHE_PRECISION": "f32"]
    request.cpuKernels = kernels
    request.precision = precision
    request.engine = engine
    return request
  }

  private func logits(
    _ engine: any ModelEngine, after tokens: some Collection<Int>, then next: Int? = nil
  ) throws -> [Float] {
    try engine.reset()
    try engine.append(Array(tokens)[...], shouldContinue: { true })
    if let next { try engine.append([next], shouldContinue: { true }) }
    return try engine.withLogits { Array($0) }
  }

  @Test(arguments: families, [QuantizationRecipe.WeightType.int4, .int8])
  func thePluginComputesTheSame(family: String, format: QuantizationRecipe.WeightType) throws {
    try compare(family, format)
  }

  @Test(arguments: [QuantizationRecipe.WeightType.nf4, .mxfp4])
  func thePluginComputesTheSameOfFloats(format: QuantizationRecipe.WeightType) throws {
    try compare("llama", format)
  }

  /// Only the experts that a token chooses are computed, with and without groups of them, shared ones and biases.
  @Test(arguments: [
    "mixtral", "olmoe", "granitemoe", "deepseek-v3", "glm4-moe", "qwen2-moe", "ernie4_5-moe", "gpt-oss",
  ])
  func thePluginComputesTheSameOfMixtures(family: String) throws {
    try compare(family, .int4)
  }

  /// 21 tokens and one more: many rows, and one.
  private func compare(_ family: String, _ format: QuantizationRecipe.WeightType) throws {
    let folder = try TemporaryFolder()
    let tokens = try TinyBake.reference(family).tokens
    let model = try TinyBake.bake(family, prompt: nil, format: format, in: folder)
    let plugin = try TinyBake.loader().makeEngine(request(model, .plugin))
    #expect(plugin.report.kernels == .plugin)
    for engine in [EngineChoice.stateful, .paged] {
      let own = try TinyBake.loader().makeEngine(request(model, .oven, .f32, engine))
      #expect(own.report.kernels == .oven && own.report.engine.rawValue == engine.rawValue)
      for next in [nil, 5] {
        let expected = try logits(plugin, after: tokens, then: next)
        #expect(relativeError(try logits(own, after: tokens, then: next), expected[...]) < 1e-4)
      }
      let fast = try TinyBake.loader().makeEngine(request(model, .oven, .fast, engine))
      for next in [nil, 5] {
        let expected = try logits(plugin, after: tokens, then: next)
        #expect(relativeError(try logits(fast, after: tokens, then: next), expected[...]) < 0.05)
      }
    }
  }

  /// Attention of ours, with its keys and values as bf16: windows, norms of heads, heads that turn in part or not at all.
  @Test(arguments: [
    "llama", "mistral-window", "gemma3", "qwen3", "glm4", "gpt-neox", "gpt2", "smollm3", "olmo2", "phi3",
  ])
  func attentionIsNearlyTheSame(family: String) throws {
    let folder = try TemporaryFolder()
    let tokens = try TinyBake.reference(family).tokens
    let model = try TinyBake.bake(family, prompt: nil, format: .int8, in: folder)
    let plugin = try TinyBake.loader().makeEngine(request(model, .plugin))
    var wanted = request(model, .oven, .fast, .paged)
    let withPlugins = try TinyBake.loader().loadRunnable(wanted)
    #expect(!hasOwnAttention(withPlugins))
    wanted.properties = [:]
    let loaded = try TinyBake.loader().loadRunnable(wanted)
    #expect(hasOwnAttention(loaded))
    let own = try loaded.makeEngine(contextLength: nil)
    for next in [nil, 5] {
      let expected = try logits(plugin, after: tokens, then: next)
      #expect(relativeError(try logits(own, after: tokens, then: next), expected[...]) < 0.05)
    }
  }

  /// Whether keys and values are kept as bf16, two bytes of each number of a head.
  private func hasOwnAttention(_ runnable: RunnableModel) -> Bool {
    guard case .graph(let model) = runnable else { return false }
    let blocks = model.compiled.inputs.filter {
      $0.names.contains { $0.hasPrefix("key_cache.") || $0.hasPrefix("value_cache.") }
    }
    // OpenVINO has factors beside its bytes: more tokens to a block of keys, or longer heads.
    return !blocks.isEmpty
      && blocks.allSatisfy {
        $0.elementType == .u8 && $0.shape?[2].fixed == 32 && ($0.shape?[3].fixed ?? 1) % 32 == 0
      }
  }

  /// More rows than go through the steps of a chain together.
  @Test func longPromptsGoThroughInPieces() throws {
    let folder = try TemporaryFolder()
    let model = try TinyBake.bake("llama", prompt: nil, format: .int4, in: folder)
    var random = RandomSource(seed: 5)
    let tokens = (0..<300).map { _ in Int.random(in: 3..<90, using: &random) }
    func engine(_ kernels: CPUKernels, _ choice: EngineChoice = .stateful) throws -> any ModelEngine {
      let request = request(model, kernels, .f32, choice)
      return try TinyBake.loader().loadRunnable(request).makeEngine(contextLength: 320)
    }
    let expected = try logits(engine(.plugin), after: tokens, then: 5)
    for choice in [EngineChoice.stateful, .paged] {
      let own = try engine(.oven, choice)
      #expect(relativeError(try logits(own, after: tokens, then: 5), expected[...]) < 1e-4)
    }
  }

  @Test func fixedShapesRunOnThem() throws {
    let folder = try TemporaryFolder()
    let tokens = try TinyBake.reference("llama").tokens
    let model = try TinyBake.bake("llama", prompt: 32, format: .int4, in: folder)
    var fixed = request(model, .oven)
    fixed.usesFixedShapes = true
    let own = try TinyBake.loader().makeEngine(fixed)
    #expect(own.report.kernels == .oven && own.report.engine == .fixedShapes)
    // The same graphs: their caches are in half precision.
    fixed = request(model, .plugin)
    fixed.usesFixedShapes = true
    let plugin = try TinyBake.loader().makeEngine(fixed)
    let expected = try logits(plugin, after: tokens, then: 5)
    #expect(relativeError(try logits(own, after: tokens, then: 5), expected[...]) < 1e-3)
  }

  /// A blob tells where weights are and does not hold them; a core that has compiled nothing finds them again.
  @Test func theCacheHoldsNoWeights() throws {
    let folder = try TemporaryFolder()
    let tokens = try TinyBake.reference("llama").tokens
    let model = try TinyBake.bake("llama", prompt: nil, format: .int4, in: folder)
    let cache = try CompiledModelCache(folder: folder.url.appending(path: "cache").path)
    let first = try TinyBake.loader(cache).makeEngine(request(model, .oven, .fast, .paged))
    let other = ModelLoader(core: try Core(), cache: cache)
    let second = try other.makeEngine(request(model, .oven, .fast, .paged))
    #expect(!first.report.fromCache && second.report.fromCache && second.report.kernels == .oven)
    #expect(try logits(first, after: tokens) == logits(second, after: tokens))
    // Neither the plugin's blob nor that of other precision is this one.
    for var wanted in [request(model, .plugin, .fast, .paged), request(model, .oven, .f32, .paged)] {
      // Where the plugin computes in bf16, it keeps no keys in f32.
      wanted.properties = [:]
      #expect(try other.makeEngine(wanted).report.fromCache == false)
    }
    let sizes = Dictionary(grouping: cache.entries()) { $0.key.graph.contains("kernels=oven") }
      .mapValues { $0.map(\.size) }
    let (own, plugin) = (try #require(sizes[true]?.max()), try #require(sizes[false]?.first))
    #expect(own < plugin)
  }

  /// What most users get: ours where they compute nearly all, the plugin's elsewhere, or where somebody says how it is to
  /// compute.
  @Test func chosenByTheModel() throws {
    let loader = try TinyBake.loader()
    func kernels(
      _ family: String, _ format: QuantizationRecipe.WeightType, _ properties: Properties = [:],
      _ precision: CPUPrecision = .fast
    )
      throws -> CPUKernels
    {
      let folder = try TemporaryFolder()
      let model = try TinyBake.bake(family, prompt: nil, format: format, in: folder)
      var request = request(model, .auto, .fast, .auto)
      request.properties = properties
      request.precision = precision
      let report = try loader.makeEngine(request).report
      // The key is that of the load.
      #expect(
        try loader.keys(request, on: "CPU")[0].graph.contains("kernels=oven") == (report.kernels == .oven))
      return report.kernels
    }
    #expect(try kernels("llama", .int4) == .oven)
    #expect(try kernels("llama", .int4, .float32) == .plugin)
    #expect(try kernels("llama", .mxfp4) == .oven)
    #expect(try kernels("llama", .fp16) == .plugin)
    #expect(try kernels("mixtral", .int4) == .oven)
    #expect(try kernels("qwen3_5", .int4) == .plugin)
    // No paged form; the way to it is longer, and it is found all the same.
    #expect(try kernels("gemma2", .int4) == .oven)
    #expect(try kernels("llama", .int4, [:], .f32) == .plugin)
  }

  @Test func aModelWithoutCompressedWeightsIsRefused() throws {
    let folder = try TemporaryFolder()
    let model = try TinyBake.bake("llama", prompt: nil, in: folder)
    let error = #expect(throws: SupervisorError.self) {
      try TinyBake.loader().makeEngine(request(model, .oven))
    }
    #expect(error?.code == .loadFailed)
    #expect(error?.message.contains("Oven's kernels") == true)
  }
}
