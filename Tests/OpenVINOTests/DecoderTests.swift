import Foundation
import OpenVINO
import Testing

/// What only a model with attention and a cache can show (Fixtures/openvino/toy_decoder.py).
@Suite struct DecoderTests {
  private func read() throws -> Model {
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try TinyModels.core.get().readModel(fixtures.path + "/Fixtures/openvino/toy/openvino_model.xml")
  }

  @Test func statefulModelIsDescribed() throws {
    let model = try read()
    #expect(
      try model.inputs().map(\.name).sorted() == ["attention_mask", "beam_idx", "input_ids", "position_ids"])
    #expect(try model.outputs().map(\.names) == [["logits"]])
    let variables = try model.variables()
    #expect(variables.count == 4)
    #expect(variables.allSatisfy { $0.shape?.map(\.description) == ["?", "2", "?", "16"] })
  }

  @Test func theDeviceFusesAttentionNormsAndRotation() throws {
    let compiled = try TinyModels.core.get().compile(read(), for: "CPU")
    let types = Dictionary(try compiled.operations().map { ($0.layerType, 1) }, uniquingKeysWith: +)
    #expect(types["ScaledDotProductAttention"] == 2 || types["ScaledDotProductAttentionWithKVCache"] == 2)
    #expect(types["RMS"] == 5)
    #expect(types["RoPE"] == 4)
  }

  @Test func pagedAttentionReplacesTheVariables() throws {
    let model = try read()
    try model.convertToPagedAttention()
    let inputs = Set(try model.inputs().map(\.name))
    #expect(!inputs.contains("beam_idx"))
    #expect(!inputs.contains("attention_mask"))
    for name in [
      "input_ids", "key_cache.0", "value_cache.1", "past_lens", "block_indices", "max_context_len",
    ] {
      #expect(inputs.contains(name))
    }
    let types = try model.operations().map(\.type)
    #expect(types.count { $0 == "PagedAttentionExtension" } == 2)
    #expect(!types.contains("ReadValue"))
    _ = try TinyModels.core.get().compile(model, for: "CPU")
  }

  @Test func theHeadSeesOnlyTheLastToken() throws {
    let model = try read()
    #expect(try model.keepLastTokenOnly())
    #expect(try model.outputs().first?.shape?.map(\.description) == ["?", "1", "96"])
  }
}
