import Graph
import Tensors

/// Phi 3, 3.5 and 4: Llama's form, whose checkpoints store query, key and value as one matrix, and gate and up as
/// another.
package struct Phi3: Architecture {
  package static let modelTypes = ["phi3"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let windows: [Int?]

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary(partial: 1)
    activation = try config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-5))
    windows = try config.slidingWindows { _ in true }
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: norm)
    return try decoder.build(weights, options) { layer, index in
      var attention = try config.fusedAttention(layer["self_attn"])
      attention.rotary = rotary
      attention.slidingWindow = windows[index]
      let mlp = try config.fusedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation)
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
