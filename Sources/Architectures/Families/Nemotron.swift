import Graph
import Tensors

/// Nemotron 4 and Minitron: LayerNorm whose weights are stored less one, rotary positions on half of each head, and a
/// plain feed-forward part whose activation is squared.
package struct Nemotron: Architecture {
  package static let modelTypes = ["nemotron"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias, mlpBias: Bool

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary(partial: config.keys.number("rope_percent", or: 0.5))
    activation = try config.activation(or: "relu2")
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("norm_eps", or: 1e-5))
    attentionBias = try config.keys.flag("attention_bias", or: false)
    mlpBias = try config.keys.flag("mlp_bias", or: false)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    try PreNormDecoder(config: config, norm: norm).build(weights, options) { layer, _ in
      var attention = try config.attention(layer["self_attn"], bias: attentionBias, outputBias: attentionBias)
      attention.rotary = rotary
      let mlp = try config.plainFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation, bias: mlpBias)
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    var norm = try scope.layerNorm(config.hiddenSize, epsilon: epsilon)
    norm.weight = norm.weight?.affine(offset: 1)
    return norm
  }
}
