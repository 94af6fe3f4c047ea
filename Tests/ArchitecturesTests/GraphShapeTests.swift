import Architectures
import Foundation
import Graph
import JSON
import Tensors
import Testing

/// Families ask for the tensors that their checkpoints have, and refuse others.
@Suite struct GraphShapeTests {
  /// A tensor that is only a name and a shape.
  private struct Named: StoredTensor {
    let name: String
    let shape: Shape
    let formatName = "test"
    let storedByteCount = 0
    let elementType: ElementType? = .f32

    func readRows(_ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>, scratch: ScratchBuffer)
    {
      output.update(repeating: 0)
    }
    func readRawRows(_ rows: Range<Int>, into output: UnsafeMutableRawBufferPointer) {}
  }

  private struct Table: WeightSource {
    var tensors: [String: Shape]
    var tensorNames: [String] { tensors.keys.sorted() }
    func tensor(named name: String) -> (any StoredTensor)? {
      tensors[name].map { Named(name: name, shape: $0) }
    }
  }

  private let config = """
    {"model_type":"llama","hidden_size":32,"num_hidden_layers":1,"num_attention_heads":4,"num_key_value_heads":2,
    "vocab_size":40,"intermediate_size":48,"rms_norm_eps":1e-5}
    """

  private let tensors: [String: Shape] = [
    "model.embed_tokens.weight": [40, 32], "model.norm.weight": [32], "lm_head.weight": [40, 32],
    "model.layers.0.input_layernorm.weight": [32], "model.layers.0.post_attention_layernorm.weight": [32],
    "model.layers.0.self_attn.q_proj.weight": [32, 32], "model.layers.0.self_attn.k_proj.weight": [16, 32],
    "model.layers.0.self_attn.v_proj.weight": [16, 32], "model.layers.0.self_attn.o_proj.weight": [32, 32],
    "model.layers.0.mlp.gate_proj.weight": [48, 32], "model.layers.0.mlp.up_proj.weight": [48, 32],
    "model.layers.0.mlp.down_proj.weight": [32, 48],
  ]

  private func build(_ tensors: [String: Shape], _ config: String? = nil) throws -> Graph {
    let architecture = try ArchitectureRegistry.make(for: JSON(parsing: Array((config ?? self.config).utf8)))
    return try architecture.build(weights: WeightScope(Table(tensors: tensors)), options: GraphOptions())
  }

  @Test func everyTensorIsUsedOnce() throws {
    let graph = try build(tensors)
    #expect(graph.weights.map(\.name).sorted() == tensors.keys.sorted())
    let roles = Dictionary(uniqueKeysWithValues: graph.weights.map { ($0.name, $0.role) })
    #expect(roles["model.embed_tokens.weight"] == .embedding)
    #expect(roles["lm_head.weight"] == .head)
    #expect(roles["model.norm.weight"] == .norm)
    #expect(roles["model.layers.0.mlp.up_proj.weight"] == .linear)
    #expect(graph.weights.map(\.id) == Array(graph.weights.indices))
  }

  @Test func tiedHeadSharesTheEmbedding() throws {
    var tied = tensors
    tied["lm_head.weight"] = nil
    // A file that does not say is taken by what the checkpoint has.
    let graph = try build(tied)
    let head = try #require(graph.weights.first { $0.role == .head })
    #expect(head.name == "lm_head.weight")
    #expect(head.sharedName == "model.embed_tokens.weight")
    // A head that is stored although the file says it is tied is not used.
    let stored = try build(
      tensors, config.replacingOccurrences(of: "}", with: ",\"tie_word_embeddings\":true}"))
    #expect(stored.weights.first { $0.role == .head }?.sharedName == "model.embed_tokens.weight")
    // One that should be there and is not is missing.
    let error = #expect(throws: TensorError.self) {
      try build(tied, config.replacingOccurrences(of: "}", with: ",\"tie_word_embeddings\":false}"))
    }
    #expect(error?.message.contains("lm_head.weight") == true)
  }

  @Test func missingAndMisshapenTensorsAreNamed() throws {
    var broken = tensors
    broken["model.layers.0.mlp.up_proj.weight"] = nil
    var error = #expect(throws: TensorError.self) { try build(broken) }
    #expect(error?.code == .missing)
    #expect(error?.message.contains("model.layers.0.mlp.up_proj.weight") == true)
    broken["model.layers.0.mlp.up_proj.weight"] = [32, 48]
    error = #expect(throws: TensorError.self) { try build(broken) }
    #expect(error?.code == .badShape)
    #expect(error?.message.contains("[48, 32]") == true)
  }
}
