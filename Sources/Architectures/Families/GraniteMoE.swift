import Graph
import Tensors

/// Granite 3 with experts: Granite's factors, and experts stored as one tensor each for input and output. Some have an
/// expert that all tokens share (`granitemoeshared`).
package struct GraniteMoE: Architecture {
  package static let modelTypes = ["granitemoe", "granitemoeshared"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let experts: ExpertSettings
  private let epsilon, embeddingFactor, residualFactor, attentionFactor, logitsDivisor: Float
  private let attentionBias: Bool
  private let sharedSize: Int

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    rotary = try config.rotary()
    experts = try ExpertSettings(config, intermediateKey: "intermediate_size", normalizesShares: true)
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-6))
    embeddingFactor = Float(try keys.number("embedding_multiplier", or: 1))
    residualFactor = Float(try keys.number("residual_multiplier", or: 1))
    attentionFactor = Float(try keys.number("attention_multiplier", or: 1))
    logitsDivisor = Float(try keys.number("logits_scaling", or: 1))
    attentionBias = try keys.flag("attention_bias", or: false)
    // The key is 0 in models without such an expert.
    sharedSize =
      config.modelType == "granitemoeshared" && keys.value("shared_intermediate_size") != 0
      ? try keys.optionalSize("shared_intermediate_size") ?? 0 : 0
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(
      config: config, norm: norm, embeddingFactor: embeddingFactor, residualFactor: residualFactor,
      lastFactor: 1 / logitsDivisor)
    return try decoder.build(weights, options) { layer, _ in
      var attention = try config.attention(layer["self_attn"], bias: attentionBias, outputBias: attentionBias)
      attention.rotary = rotary
      attention.scale = attentionFactor
      let mixture = try config.stackedExperts(layer["block_sparse_moe"], experts)
      guard sharedSize > 0 else { return (attention, .experts(mixture)) }
      let shared = try config.stackedFeedForward(
        layer["shared_mlp"], intermediate: sharedSize, activation: experts.activation)
      return (attention, .expertsAndShared(mixture, shared))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
