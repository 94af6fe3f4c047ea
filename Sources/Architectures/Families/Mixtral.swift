import Graph
import Tensors

/// Mixtral: Mistral with eight experts in place of each feed-forward part.
public struct Mixtral: Architecture {
  public static let modelTypes = ["mixtral"]
  public let config: ModelConfiguration
  public let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let experts: ExpertSettings
  private let epsilon: Float
  private let windows: [Int?]

  public init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary(theta: 1_000_000)
    experts = try ExpertSettings(config, intermediateKey: "intermediate_size", normalizesShares: true)
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-5))
    windows = try config.slidingWindows { _ in true }
  }

  public func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    let model = weights["model"]
    var hidden = try decoder.embed(config, model["embed_tokens"])
    for index in 0..<config.layerCount {
      let layer = model["layers"][index]
      var attention = try config.attention(layer["self_attn"])
      attention.rotary = rotary
      attention.slidingWindow = windows[index]
      hidden = try decoder.preNormLayer(
        hidden, index: index,
        attentionNorm: norm(layer["input_layernorm"]), attention: attention,
        feedForwardNorm: norm(layer["post_attention_layernorm"]),
        feedForward: .experts(
          config.experts(
            layer["block_sparse_moe"], experts, projections: (gate: "w1", up: "w3", down: "w2"))))
    }
    let last = try decoder.normalize(hidden, norm(model["norm"]))
    return try decoder.finish(last, config, head: weights["lm_head"], embedding: model["embed_tokens"])
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
