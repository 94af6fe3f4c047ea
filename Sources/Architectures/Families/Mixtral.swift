import Graph
import Tensors

/// Mixtral: Mistral with eight experts in place of each feed-forward part.
public struct Mixtral: Architecture {
  public static let modelTypes = ["mixtral"]
  public let config: ModelConfiguration
  public let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let intermediateSize, expertCount, expertsPerToken: Int
  private let epsilon: Float
  private let windows: [Int?]

  public init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary(theta: 1_000_000)
    try config.keys.require("hidden_act", "silu", because: "experts are only supported with 'silu'")
    intermediateSize = try config.keys.size("intermediate_size")
    expertCount = try config.keys.size("num_local_experts", atMost: 4096)
    expertsPerToken = try config.keys.size("num_experts_per_tok", atMost: expertCount)
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
        feedForward: .experts(experts(layer["block_sparse_moe"])))
    }
    let last = try decoder.normalize(hidden, norm(model["norm"]))
    return try decoder.finish(last, config, head: weights["lm_head"], embedding: model["embed_tokens"])
  }

  private func experts(_ scope: WeightScope) throws -> MixtureOfExperts {
    try config.experts(
      scope, count: expertCount, perToken: expertsPerToken, intermediate: intermediateSize,
      projections: (gate: "w1", up: "w3", down: "w2"), normalizesShares: true)
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
