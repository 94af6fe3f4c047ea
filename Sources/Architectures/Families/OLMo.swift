import Graph
import Tensors

/// OLMo 1: Llama's form with a LayerNorm that has no weights, and queries, keys and values that may be limited.
public struct OLMo: Architecture {
  public static let modelTypes = ["olmo"]
  public let config: ModelConfiguration
  public let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let attentionBias: Bool
  private let clip: Float?

  public init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary()
    activation = try config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    attentionBias = try config.keys.flag("attention_bias", or: false)
    clip = try config.keys.optionalNumber("clip_qkv").map { Float($0) }
  }

  public func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    let model = weights["model"]
    var hidden = try decoder.embed(config, model["embed_tokens"])
    for index in 0..<config.layerCount {
      let layer = model["layers"][index]
      var attention = try config.attention(layer["self_attn"], bias: attentionBias, outputBias: attentionBias)
      attention.rotary = rotary
      attention.clip = clip
      hidden = try decoder.preNormLayer(
        hidden, index: index,
        attentionNorm: norm(layer["input_layernorm"]), attention: attention,
        feedForwardNorm: norm(layer["post_attention_layernorm"]),
        feedForward: .dense(
          config.gatedFeedForward(layer["mlp"], intermediate: intermediateSize, activation: activation)))
    }
    let last = try decoder.normalize(hidden, norm(model["norm"]))
    return try decoder.finish(last, config, head: weights["lm_head"], embedding: model["embed_tokens"])
  }

  private func norm(_ scope: WeightScope) -> Normalization {
    Normalization(.layer, name: scope.path, epsilon: 1e-5)
  }
}
