import Graph
import JSON
import Tensors

/// MiniCPM 3: latent attention, with embeddings, residuals and the last state scaled.
package struct MiniCPM3: Architecture {
  package static let modelTypes = ["minicpm3"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let latent: LatentSettings
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon, embeddingFactor, residualFactor, lastFactor: Float

  package static func defaults(for modelType: String) -> JSONObject {
    [
      "kv_lora_rank": 256, "q_lora_rank": 768, "qk_nope_head_dim": 64, "qk_rope_head_dim": 32,
      "scale_emb": 12, "scale_depth": 1.4, "dim_model_base": 256, "max_position_embeddings": 32_768,
      "tie_word_embeddings": true,
    ]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    latent = try LatentSettings(config, pairsNeighbours: false)
    activation = try config.activation()
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-5))
    embeddingFactor = Float(try keys.number("scale_emb", or: 1))
    let depth = Double(config.layerCount).squareRoot()
    residualFactor = Float(try keys.number("scale_depth", or: depth) / depth)
    let hidden = Double(config.hiddenSize)
    lastFactor = Float(try keys.number("dim_model_base", or: hidden) / hidden)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(
      config: config, norm: norm, embeddingFactor: embeddingFactor, residualFactor: residualFactor,
      lastFactor: lastFactor)
    return try decoder.build(weights, options) { layer, _ in
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation)
      return (try config.latentAttention(layer["self_attn"], latent), .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
