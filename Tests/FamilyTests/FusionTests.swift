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

  /// Attention scores that are limited softly, or within pieces of a text, have no paged form; all others have.
  @Test(arguments: TinyModel.all) func pagedAttention(_ tiny: TinyModel) throws {
    let model = try TinyRun.read(IRWriter.serialize(tiny.graph()))
    if ["gemma2", "llama4", "llama4-two"].contains(tiny.name) {
      #expect(throws: OpenVINOError.self) { try model.convertToPagedAttention() }
    } else {
      try model.convertToPagedAttention()
      let layers = try model.operations().filter { $0.type == "PagedAttentionExtension" }.count
      #expect(try layers == tiny.architecture().config.layerCount)
    }
  }

  /// Logits are found from the output, so that only those of the last token are computed.
  @Test(arguments: ["llama", "gemma2", "phi", "granite"]) func headIsFound(_ name: String) throws {
    let model = try TinyRun.read(IRWriter.serialize(TinyModel(name: name).graph()))
    #expect(try model.keepLastTokenOnly())
  }
}
