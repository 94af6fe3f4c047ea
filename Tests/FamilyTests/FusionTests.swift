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

  @Test(arguments: ["mixtral", "qwen3-moe", "qwen2-moe", "granitemoe"])
  func onlyChosenExpertsAreComputed(_ name: String) throws {
    #expect(try counts(name)["GatherMatmul"] == 6)
  }

  /// Attention scores that are limited softly have no paged form; all other families have.
  @Test(arguments: TinyModel.all) func pagedAttention(_ tiny: TinyModel) throws {
    let model = try TinyRun.read(IRWriter.serialize(tiny.graph()))
    if tiny.name == "gemma2" {
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
