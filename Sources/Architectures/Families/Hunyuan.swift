import Graph
import Tensors

/// Hunyuan, without experts and with: every head of queries and keys is normalised, after its rotary positions. Where
/// there are experts, all tokens share one of them.
package struct Hunyuan: Architecture {
  package static let modelTypes = ["hunyuan_v1_dense", "hunyuan_v1_moe"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias: Bool
  private let experts: ExpertSettings?

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.hunyuanRotary()
    activation = try config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-5))
    attentionBias = try config.keys.flag("attention_bias", or: false)
    experts =
      try config.modelType == "hunyuan_v1_moe"
      ? ExpertSettings(config, intermediateKey: "intermediate_size", normalizesShares: true) : nil
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: { try norm($0, config.hiddenSize) })
    return try decoder.build(weights, options) { layer, _ in
      let scope = layer["mlp"]
      let dense = try config.gatedFeedForward(
        experts == nil ? scope : scope["shared_mlp"], intermediate: intermediateSize, activation: activation)
      let attention = try attention(layer["self_attn"])
      guard let experts else { return (attention, .dense(dense)) }
      let mixture = try config.experts(scope, experts, router: "gate.wg")
      return (attention, .expertsAndShared(mixture, dense))
    }
  }

  private func attention(_ scope: WeightScope) throws -> Attention {
    var attention = try config.attention(scope, bias: attentionBias, outputBias: attentionBias)
    attention.rotary = rotary
    attention.queryNorm = .perHeadAfterRotary(try norm(scope["query_layernorm"], config.headDimension))
    attention.keyNorm = .perHeadAfterRotary(try norm(scope["key_layernorm"], config.headDimension))
    return attention
  }

  private func norm(_ scope: WeightScope, _ size: Int) throws -> Normalization {
    try scope.rootMeanSquareNorm(size, epsilon: epsilon)
  }
}

extension ModelConfiguration {
  /// Hunyuan's `dynamic` scaling with an `alpha` is a larger base, the same for texts of every length:
  /// θ · α^(d / (d − 2)).
  fileprivate func hunyuanRotary() throws -> RotaryEmbedding {
    let parameters = ConfigurationKeys(rotaryParameters())
    guard try parameters.text("rope_type", "type", or: "default") == "dynamic",
      let alpha = try parameters.optionalNumber("alpha"), alpha > 0, headDimension > 2
    else { return try rotary() }
    let theta = try parameters.optionalNumber("rope_theta") ?? keys.number("rope_theta", or: 10_000)
    return RotaryEmbedding(
      dimension: headDimension, theta: theta, scaling: .none
    ).stretched(by: alpha)
  }
}
