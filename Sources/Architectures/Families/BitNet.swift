import Graph
import JSON
import Tensors

/// BitNet b1.58: Llama's form with a norm before the last matrix of attention and of the feed-forward part, and an
/// activation that is squared.
package struct BitNet: Architecture {
  package static let modelTypes = ["bitnet"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias: Bool

  package static func defaults(for modelType: String) -> JSONObject { ["num_key_value_heads": 5] }

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary(theta: 500_000)
    activation = try config.activation(or: "relu2")
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-5))
    attentionBias = try config.keys.flag("attention_bias", or: false)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: { try norm($0, config.hiddenSize) })
    return try decoder.build(weights, options) { layer, _ in
      let scope = layer["self_attn"]
      var attention = try config.attention(scope, bias: attentionBias, outputBias: attentionBias)
      attention.rotary = rotary
      attention.outputNorm = try norm(scope["attn_sub_norm"], config.headCount * config.headDimension)
      var mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation)
      mlp.innerNorm = try norm(layer["mlp.ffn_sub_norm"], intermediateSize)
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope, _ size: Int) throws -> Normalization {
    try scope.rootMeanSquareNorm(size, epsilon: epsilon)
  }
}
