import Graph
import Tensors

/// OLMo 2: the norms come after each part of a layer, and queries and keys are normalised over all heads.
public struct OLMo2: Architecture {
  public static let modelTypes = ["olmo2"]
  public let config: ModelConfiguration
  public let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias: Bool

  public init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary()
    activation = try config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-5))
    attentionBias = try config.keys.flag("attention_bias", or: false)
  }

  public func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    let model = weights["model"]
    var hidden = try decoder.embed(config, model["embed_tokens"])
    for index in 0..<config.layerCount {
      let layer = model["layers"][index]
      let attended = try decoder.attend(hidden, attention(layer["self_attn"]), layer: index)
      hidden = try decoder.add(
        hidden, decoder.normalize(attended, norm(layer["post_attention_layernorm"], config.hiddenSize)))
      let result = try decoder.feedForward(
        hidden,
        config.gatedFeedForward(layer["mlp"], intermediate: intermediateSize, activation: activation))
      hidden = try decoder.add(
        hidden, decoder.normalize(result, norm(layer["post_feedforward_layernorm"], config.hiddenSize)))
    }
    let last = try decoder.normalize(hidden, norm(model["norm"], config.hiddenSize))
    return try decoder.finish(last, config, head: weights["lm_head"], embedding: model["embed_tokens"])
  }

  private func attention(_ scope: WeightScope) throws -> Attention {
    var attention = try config.attention(scope, bias: attentionBias, outputBias: attentionBias)
    attention.rotary = rotary
    attention.queryNorm = .whole(try norm(scope["q_norm"], config.headCount * config.headDimension))
    attention.keyNorm = .whole(try norm(scope["k_norm"], config.keyValueHeadCount * config.headDimension))
    return attention
  }

  private func norm(_ scope: WeightScope, _ size: Int) throws -> Normalization {
    try scope.rootMeanSquareNorm(size, epsilon: epsilon)
  }
}
