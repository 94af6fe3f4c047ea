import Graph
import Tensors

/// Qwen 1.5 and 2 with experts: besides the chosen experts, each token uses one that all share, weighted by a gate of
/// its own.
package struct Qwen2MoE: Architecture {
  package static let modelTypes = ["qwen2_moe"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize, sharedSize: Int
  private let epsilon: Float
  private let attentionBias: Bool
  private let windows: [Int?]
  private let experts: ExpertSettings

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary()
    activation = try config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    sharedSize = try config.keys.size("shared_expert_intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-6))
    attentionBias = try config.keys.flag("qkv_bias", or: true)
    windows = try config.switchedSlidingWindows()
    experts = try ExpertSettings(config)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: norm)
    return try decoder.build(weights, options) { layer, index in
      var attention = try config.attention(layer["self_attn"], bias: attentionBias)
      attention.rotary = rotary
      attention.slidingWindow = windows[index]
      return (attention, try feedForward(layer["mlp"], index))
    }
  }

  private func feedForward(_ scope: WeightScope, _ index: Int) throws -> FeedForwardPart {
    guard !experts.denseLayers.contains(index) else {
      return .dense(
        try config.gatedFeedForward(scope, intermediate: intermediateSize, activation: activation))
    }
    return try config.expertsAndGatedShare(scope, experts, sharedSize: sharedSize, activation: activation)
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
