import Graph
import JSON
import Tensors

/// Granite 4: state spaces with heads and some attention, Granite's factors, and a feed-forward part that all tokens
/// share, with experts beside it or without.
package struct GraniteHybrid: Architecture {
  package static let modelTypes = ["granitemoehybrid"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding?
  private let activation: Activation
  private let epsilon, embeddingFactor, residualFactor, attentionFactor, logitsDivisor: Float
  private let attentionBias: Bool
  private let layerTypes: [LayerType]
  private let space: StateSpaceSettings
  private let sharedSize: Int
  private let experts: ExpertSettings?

  package static func defaults(for modelType: String) -> JSONObject {
    [
      "num_local_experts": 8, "num_experts_per_tok": 2, "shared_intermediate_size": 1024,
      "mamba_n_heads": 128, "mamba_d_state": 256,
    ]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    // Positions are learned by the state spaces; only some models turn queries and keys besides.
    rotary = try keys.text("position_embedding_type", or: "") == "rope" ? config.rotary(partial: 1) : nil
    activation = try config.activation()
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-6))
    embeddingFactor = Float(try keys.number("embedding_multiplier", or: 1))
    residualFactor = Float(try keys.number("residual_multiplier", or: 1))
    attentionFactor = Float(try keys.number("attention_multiplier", or: 1))
    logitsDivisor = Float(try keys.number("logits_scaling", or: 1))
    attentionBias = try keys.flag("attention_bias", or: false)
    layerTypes = try config.layerTypes { _ in .recurrent }
    space = try StateSpaceSettings(mamba: config, epsilon: epsilon)
    sharedSize = try keys.size("shared_intermediate_size")
    experts =
      try keys.value("num_local_experts") == 0
      ? nil : ExpertSettings(config, intermediateKey: "intermediate_size", normalizesShares: true)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(
      config: config, norm: norm, isRecurrent: true, embeddingFactor: embeddingFactor,
      residualFactor: residualFactor, lastFactor: 1 / logitsDivisor)
    return try decoder.build(weights, options) { layer, index in
      let mixer: any TokenMixer =
        try layerTypes[index] == .attention
        ? attention(layer["self_attn"])
        : space.stateSpace(layer["mamba"], hiddenSize: config.hiddenSize)
      let shared = try config.stackedFeedForward(
        layer["shared_mlp"], intermediate: sharedSize, activation: activation)
      guard let experts else { return (mixer, .dense(shared)) }
      return (
        mixer, .expertsAndShared(try config.stackedExperts(layer["block_sparse_moe"], experts), shared)
      )
    }
  }

  private func attention(_ scope: WeightScope) throws -> Attention {
    var attention = try config.attention(scope, bias: attentionBias, outputBias: attentionBias)
    attention.rotary = rotary
    attention.scale = attentionFactor
    return attention
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
