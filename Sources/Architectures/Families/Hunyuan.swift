import Graph
import Tensors

/// Hunyuan without experts: every head of queries and keys is normalised, after its rotary positions.
public struct Hunyuan: Architecture {
  public static let modelTypes = ["hunyuan_v1_dense"]
  public let config: ModelConfiguration
  public let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias: Bool

  public init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.hunyuanRotary()
    activation = try config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-5))
    attentionBias = try config.keys.flag("attention_bias", or: false)
  }

  public func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: { try norm($0, config.hiddenSize) })
    return try decoder.build(weights, options) { layer, _ in
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation)
      return (try attention(layer["self_attn"]), .dense(mlp))
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
    let parameters = ConfigurationKeys(json["rope_parameters"] ?? json["rope_scaling"] ?? .null)
    guard try parameters.text("rope_type", "type", or: "default") == "dynamic",
      let alpha = try parameters.optionalNumber("alpha"), alpha > 0, headDimension > 2
    else { return try rotary() }
    let theta = try parameters.optionalNumber("rope_theta") ?? keys.number("rope_theta", or: 10_000)
    return RotaryEmbedding(
      dimension: headDimension, theta: theta, scaling: .none
    ).stretched(by: alpha)
  }
}
