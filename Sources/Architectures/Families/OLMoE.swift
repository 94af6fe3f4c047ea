import Graph
import Tensors

/// OLMoE: queries and keys normalised over all heads and then limited, and experts in all layers.
package struct OLMoE: Architecture {
  package static let modelTypes = ["olmoe"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let epsilon: Float
  private let clip: Float?
  private let attentionBias: Bool
  private let experts: ExpertSettings

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    rotary = try config.rotary()
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-5))
    clip = try keys.optionalNumber("clip_qkv").map { Float($0) }
    attentionBias = try keys.flag("attention_bias", or: false)
    experts = try ExpertSettings(config, intermediateKey: "intermediate_size")
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: { try norm($0, config.hiddenSize) })
    return try decoder.build(weights, options) { layer, _ in
      let scope = layer["self_attn"]
      var attention = try config.attention(scope, bias: attentionBias, outputBias: attentionBias)
      attention.rotary = rotary
      attention.clip = clip
      attention.clipsNormalized = true
      attention.queryNorm = .whole(try norm(scope["q_norm"], config.headCount * config.headDimension))
      attention.keyNorm = .whole(try norm(scope["k_norm"], config.keyValueHeadCount * config.headDimension))
      return (attention, .experts(try config.experts(layer["mlp"], experts)))
    }
  }

  private func norm(_ scope: WeightScope, _ size: Int) throws -> Normalization {
    try scope.rootMeanSquareNorm(size, epsilon: epsilon)
  }
}
