import Graph
import Tensors

/// SmolLM 3: Llama's form, in which some layers have no rotary positions.
package struct SmolLM3: Architecture {
  package static let modelTypes = ["smollm3"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias, mlpBias: Bool
  private let turns: [Bool]
  private let windows: [Int?]

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    rotary = try config.rotary(theta: 2_000_000)
    activation = try config.activation()
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-6))
    attentionBias = try keys.flag("attention_bias", or: false)
    mlpBias = try keys.flag("mlp_bias", or: false)
    let turns = try config.turningLayers(interval: keys.optionalSize("no_rope_layer_interval") ?? 4)
    self.turns = turns
    windows =
      try keys.flag("use_sliding_window", or: false)
      ? config.slidingWindows { !turns[$0] } : Array(repeating: nil, count: config.layerCount)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: norm)
    return try decoder.build(weights, options) { layer, index in
      var attention = try config.attention(layer["self_attn"], bias: attentionBias, outputBias: attentionBias)
      attention.rotary = turns[index] ? rotary : nil
      attention.slidingWindow = windows[index]
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation, bias: mlpBias)
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
