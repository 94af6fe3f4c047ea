import Graph
import Tensors

/// StarCoder 2: LayerNorm, biases everywhere, a plain feed-forward part, and a sliding window.
package struct Starcoder2: Architecture {
  package static let modelTypes = ["starcoder2"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let usesBias: Bool
  private let windows: [Int?]

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary()
    activation = try config.activation(or: "gelu_pytorch_tanh")
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("norm_epsilon", or: 1e-5))
    usesBias = try config.keys.flag("use_bias", or: true)
    windows = try config.slidingWindows { _ in true }
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: norm)
    return try decoder.build(weights, options) { layer, index in
      var attention = try config.attention(layer["self_attn"], bias: usesBias, outputBias: usesBias)
      attention.rotary = rotary
      attention.slidingWindow = windows[index]
      return (
        attention,
        .dense(try feedForward(layer["mlp"]))
      )
    }
  }

  private func feedForward(_ scope: WeightScope) throws -> FeedForward {
    FeedForward(
      name: scope.path,
      up: try scope["c_fc"].linear(intermediateSize, config.hiddenSize, bias: usesBias),
      down: try scope["c_proj"].linear(config.hiddenSize, intermediateSize, bias: usesBias),
      activation: activation)
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.layerNorm(config.hiddenSize, epsilon: epsilon)
  }
}
