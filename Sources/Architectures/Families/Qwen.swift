import Graph
import JSON
import Tensors

/// Qwen 1: Llama's form under names of its own, with biases on query, key and value, which are one matrix.
///
/// Beyond the length of training (`seq_length`), the model's own code stretches rotary angles and queries; this graph
/// does not.
package struct Qwen: Architecture {
  package static let modelTypes = ["qwen"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "*.attn.masked_bias", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let intermediateSize: Int
  private let epsilon: Float
  private let bias: Bool

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    var config = config
    config.headDimension = try keys.optionalSize("kv_channels") ?? config.headDimension
    self.config = config
    rotary = try config.rotary(partial: 1)
    // Half of it for each of the gate and the up projection.
    intermediateSize = try keys.size("intermediate_size") / 2
    epsilon = Float(try keys.number("layer_norm_epsilon", or: 1e-6))
    bias = try !keys.flag("no_bias", or: true)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let names = DecoderNames(
      embedding: "transformer.wte", layers: "transformer.h", attentionNorm: "ln_1", feedForwardNorm: "ln_2",
      norm: "transformer.ln_f")
    return try PreNormDecoder(config: config, norm: norm, names: names).build(weights, options) { layer, _ in
      var attention = try config.fusedAttention(
        layer["attn"], fused: "c_attn", output: "c_proj", bias: true, outputBias: bias)
      attention.rotary = rotary
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: .silu, bias: bias,
        names: (gate: "w2", up: "w1", down: "c_proj"))
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
