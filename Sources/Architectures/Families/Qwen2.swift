import Graph
import Tensors

/// Qwen 1.5 to 2.5, QwQ and DeepSeek-R1-Distill-Qwen: Llama's form with biases on queries, keys and values.
package struct Qwen2: Architecture {
  package static let modelTypes = ["qwen2"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let windows: [Int?]

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary()
    activation = try config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-6))
    windows = try config.switchedSlidingWindows()
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: norm)
    return try decoder.build(weights, options) { layer, index in
      var attention = try config.attention(layer["self_attn"], bias: true)
      attention.rotary = rotary
      attention.slidingWindow = windows[index]
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation)
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
