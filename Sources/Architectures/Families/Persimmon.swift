import Graph
import JSON
import Tensors

/// Persimmon: norms on each head of queries and keys, rotary positions on half of each, and query, key and value stored
/// head by head in one matrix.
package struct Persimmon: Architecture {
  package static let modelTypes = ["persimmon"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let normalizesHeads: Bool

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    var config = config
    config.keyValueHeadCount = config.headCount
    self.config = config
    rotary = try config.rotary(theta: 10_000, partial: 0.5)
    activation = try config.activation(or: "relu2")
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("layer_norm_eps", or: 1e-5))
    normalizesHeads = try keys.flag("qk_layernorm", or: true)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let names = DecoderNames(norm: "model.final_layernorm")
    let decoder = PreNormDecoder(
      config: config, norm: { try norm($0, config.hiddenSize) }, names: names)
    return try decoder.build(weights, options) { layer, _ in
      let scope = layer["self_attn"]
      var attention = try config.groupedAttention(
        scope, fused: "query_key_value", output: "dense", bias: true, outputBias: true)
      attention.rotary = rotary
      if normalizesHeads {
        attention.queryNorm = .perHead(try norm(scope["q_layernorm"], config.headDimension))
        attention.keyNorm = .perHead(try norm(scope["k_layernorm"], config.headDimension))
      }
      let mlp = try config.plainFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation, bias: true,
        names: (up: "dense_h_to_4h", down: "dense_4h_to_h"))
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope, _ size: Int) throws -> Normalization {
    try scope.layerNorm(size, epsilon: epsilon)
  }
}
