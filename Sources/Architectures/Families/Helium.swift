import Graph
import Tensors

/// Helium: Llama's form with rotary positions that pair neighbours.
package struct Helium: Architecture {
  package static let modelTypes = ["helium"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias, mlpBias: Bool

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary(theta: 100_000)
    activation = try config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-8))
    attentionBias = try config.keys.flag("attention_bias", or: false)
    mlpBias = try config.keys.flag("mlp_bias", or: false)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: norm)
    return try decoder.build(weights, options) { layer, _ in
      var attention = try config.attention(layer["self_attn"], bias: attentionBias)
      attention.rotary = rotary
      attention.pairNeighbours(rotary.dimension)
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation, bias: mlpBias)
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
