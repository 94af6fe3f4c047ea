import Graph
import Tensors

/// MiniCPM 1 and 2: Llama's form with embeddings, residuals and the last state scaled, as "maximal update"
/// training wants it.
package struct MiniCPM: Architecture {
  package static let modelTypes = ["minicpm"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon, embeddingFactor, residualFactor, lastFactor: Float
  private let attentionBias: Bool

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    try keys.require("num_experts", 0, because: "MiniCPM with experts is not supported")
    rotary = try config.rotary()
    activation = try config.activation()
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-6))
    attentionBias = try keys.flag("attention_bias", or: false)
    embeddingFactor = Float(try keys.number("scale_emb", or: 1))
    residualFactor = Float(try keys.number("scale_depth", or: 1) / Double(config.layerCount).squareRoot())
    lastFactor = Float(try keys.number("dim_model_base", or: 1) / Double(config.hiddenSize))
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(
      config: config, norm: norm, embeddingFactor: embeddingFactor, residualFactor: residualFactor,
      lastFactor: lastFactor)
    return try decoder.build(weights, options) { layer, _ in
      var attention = try config.attention(layer["self_attn"], bias: attentionBias, outputBias: attentionBias)
      attention.rotary = rotary
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation)
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
