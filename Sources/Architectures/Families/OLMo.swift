import Graph
import Tensors

/// OLMo 1: Llama's form with a LayerNorm that has no weights, and queries, keys and values that may be limited.
package struct OLMo: Architecture {
  package static let modelTypes = ["olmo"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let attentionBias: Bool
  private let clip: Float?

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary()
    activation = try config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    attentionBias = try config.keys.flag("attention_bias", or: false)
    clip = try config.keys.optionalNumber("clip_qkv").map { Float($0) }
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: norm)
    return try decoder.build(weights, options) { layer, _ in
      var attention = try config.attention(layer["self_attn"], bias: attentionBias, outputBias: attentionBias)
      attention.rotary = rotary
      attention.clip = clip
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation)
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) -> Normalization {
    Normalization(.layer, name: scope.path, epsilon: 1e-5)
  }
}
