import Graph
import IRFormat
import OpenVINO
import Testing

/// The plugins see in our graphs what they have fast code for.
@Suite struct FusionTests {
  private func counts(_ name: String, merging: Bool = false) throws -> [String: Int] {
    let model = TinyModel(name: name)
    return try TinyRun(IRWriter.serialize(model.graph(GraphOptions(mergeProjections: merging)))).nodeCounts()
  }

  @Test func llamaIsFused() throws {
    let counts = try counts("llama")
    #expect(counts["FullyConnected"] == 15)
    #expect(counts["RMS"] == 5)
    #expect(counts["RoPE"] == 4)
    #expect(counts["ScaledDotProductAttention"] == 2)
    #expect(counts["MemoryInput"] == 4)
  }

  @Test func mergedProjectionsAreFewerProducts() throws {
    let counts = try counts("llama", merging: true)
    #expect(counts["FullyConnected"] == 9)
    #expect(counts["ScaledDotProductAttention"] == 2)
    #expect(counts["RoPE"] == 4)
  }

  /// Each of two layers with experts multiplies three times; gpt-oss, whose gates and up projections are one, twice.
  @Test(arguments: [
    "mixtral", "qwen3-moe", "qwen2-moe", "granitemoe", "granitemoeshared", "minimax-m2", "glm4-moe",
    "glm4-moe-lite", "deepseek-v2", "deepseek-v3", "llama4", "ernie4_5-moe", "hunyuan-moe", "phimoe", "olmoe",
    "gpt-oss",
  ])
  func onlyChosenExpertsAreComputed(_ name: String) throws {
    #expect(try counts(name)["GatherMatmul"] == (name == "gpt-oss" ? 4 : 6))
  }

  /// Sinks stay in the one node that owns the cache, and so does latent attention.
  @Test(arguments: ["gpt-oss", "deepseek-v3"]) func attentionIsOneNode(_ name: String) throws {
    let model = TinyModel(name: name)
    let layers = try model.architecture().config.layerCount
    let counts = try counts(name)
    #expect(counts["ScaledDotProductAttention"] == layers)
    #expect(counts["MemoryInput"] == 2 * layers)
  }

  /// Models without attention, with state spaces without heads, or whose scores are limited softly or within pieces of a
  /// text, have no paged form. In all others every layer has one, and no state is left to the runtime.
  @Test(arguments: TinyModel.all) func pagedAttention(_ tiny: TinyModel) throws {
    let model = try TinyRun.read(IRWriter.serialize(tiny.graph()))
    if TinyModel.withoutPages.contains(tiny.name) {
      #expect(throws: OpenVINOError.self) { try model.convertToPagedAttention() }
    } else {
      try model.convertToPagedAttention()
      let counts = try model.operations().reduce(into: [:]) { $0[$1.type, default: 0] += 1 }
      #expect(try counts["PagedAttentionExtension"] == tiny.attentionCount())
      #expect(counts["ReadValue"] == nil)
      #expect(counts["attention_mask"] == nil)
    }
  }

  /// Logits are found from the output, so that only those of the last token are computed.
  @Test(arguments: ["llama", "gemma2", "phi", "granite"]) func headIsFound(_ name: String) throws {
    let model = try TinyRun.read(IRWriter.serialize(TinyModel(name: name).graph()))
    #expect(try model.keepLastTokenOnly())
  }

  /// A gated delta rule is one node also where the runtime keeps the state; the copies of keys for the values that share
  /// them are not made.
  @Test(arguments: ["qwen3_5", "qwen3_5-odd", "qwen3_5-equal", "qwen3_5-moe-odd", "qwen3-next-odd"])
  func deltaRuleIsOneNode(_ name: String) throws {
    let counts = try counts(name)
    let model = TinyModel(name: name)
    let layers = try model.architecture().config.layerCount - model.attentionCount()
    #expect(counts["GatedDeltaNet"] == layers)
    #expect(counts["TensorIterator"] == nil)
  }

  /// What the layers with a recurrent state become in the paged form.
  @Test(arguments: [
    ("qwen3_5", "PagedGatedDeltaNet", 3), ("qwen3-next-odd", "PagedGatedDeltaNet", 3),
    ("granite-hybrid-dense", "PagedSelectiveSSM", 2), ("granite-hybrid-groups", "PagedSelectiveSSM", 3),
    ("falcon-h1", "PagedSelectiveSSM", 2), ("falcon-h1-norm", "PagedSelectiveSSM", 2),
    ("nemotron-h", "PagedSelectiveSSM", 1), ("bamba", "PagedSelectiveSSM", 2),
    ("lfm2", "PagedCausalConv1D", 3), ("lfm2-moe-odd", "PagedCausalConv1D", 3),
  ])
  func recurrentLayersInPages(_ name: String, _ node: String, _ count: Int) throws {
    let model = try TinyRun.read(IRWriter.serialize(TinyModel(name: name).graph()))
    try model.convertToPagedAttention()
    let counts = try model.operations().reduce(into: [:]) { $0[$1.type, default: 0] += 1 }
    #expect(counts[node] == count)
    #expect(counts["PagedCausalConv1D"] == count)
    #expect(counts["Loop"] == nil)
  }
}
