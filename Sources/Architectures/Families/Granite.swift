import Graph
import Tensors

/// Granite 3: Llama's form with a factor on embeddings, residuals, attention scores and logits.
package struct Granite: Architecture {
  package static let modelTypes = ["granite"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon, embeddingFactor, residualFactor, attentionFactor, logitsDivisor: Float
  private let attentionBias, mlpBias: Bool

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    rotary = try config.rotary()
    activation = try config.activation()
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-6))
    embeddingFactor = Float(try keys.number("embedding_multiplier", or: 1))
    residualFactor = Float(try keys.number("residual_multiplier", or: 1))
    attentionFactor = Float(try keys.number("attention_multiplier", or: 1))
    logitsDivisor = Float(try keys.number("logits_scaling", or: 1))
    attentionBias = try keys.flag("attention_bias", or: false)
    mlpBias = try keys.flag("mlp_bias", or: false)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(
      config: config, norm: norm, embeddingFactor: embeddingFactor, residualFactor: residualFactor,
      lastFactor: 1 / logitsDivisor)
    return try decoder.build(weights, options) { layer, _ in
      var attention = try config.attention(layer["self_attn"], bias: attentionBias, outputBias: attentionBias)
      attention.rotary = rotary
      attention.scale = attentionFactor
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation, bias: mlpBias)
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
