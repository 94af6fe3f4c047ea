import Graph
import Tensors

/// Qwen 3, dense and with experts: every head of queries and keys is normalised.
package struct Qwen3: Architecture {
  package static let modelTypes = ["qwen3", "qwen3_moe"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias: Bool
  private let windows: [Int?]
  private let experts: ExpertSettings?

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    rotary = try config.rotary()
    activation = try config.activation()
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-6))
    attentionBias = try keys.flag("attention_bias", or: false)
    experts = config.modelType == "qwen3_moe" ? try ExpertSettings(config) : nil
    // The model with experts has its window in all layers.
    windows =
      try experts == nil || !keys.flag("use_sliding_window", or: false)
      ? config.switchedSlidingWindows() : config.slidingWindows { _ in true }
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: norm)
    return try decoder.build(weights, options) { layer, index in
      (try attention(layer["self_attn"], index), try feedForward(layer["mlp"], index))
    }
  }

  private func attention(_ scope: WeightScope, _ index: Int) throws -> Attention {
    var attention = try config.attention(scope, bias: attentionBias, outputBias: attentionBias)
    attention.queryNorm = .perHead(
      try scope["q_norm"].rootMeanSquareNorm(config.headDimension, epsilon: epsilon))
    attention.keyNorm = .perHead(
      try scope["k_norm"].rootMeanSquareNorm(config.headDimension, epsilon: epsilon))
    attention.rotary = rotary
    attention.slidingWindow = windows[index]
    return attention
  }

  private func feedForward(_ scope: WeightScope, _ index: Int) throws -> FeedForwardPart {
    guard let experts, !experts.denseLayers.contains(index) else {
      return .dense(
        try config.gatedFeedForward(scope, intermediate: intermediateSize, activation: activation))
    }
    return .experts(try config.experts(scope, experts))
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
