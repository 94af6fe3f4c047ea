import Graph
import Tensors

/// Orion: Llama's form with LayerNorm.
package struct Orion: Architecture {
  package static let modelTypes = ["orion"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary()
    activation = try config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-5))
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    try PreNormDecoder(config: config, norm: norm).build(weights, options) { layer, _ in
      var attention = try config.attention(layer["self_attn"])
      attention.rotary = rotary
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation)
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.layerNorm(config.hiddenSize, epsilon: epsilon)
  }
}
