import Graph
import Tensors

/// ERNIE 4.5 without experts: Llama's form with rotary positions that pair neighbours.
package struct Ernie45: Architecture {
  package static let modelTypes = ["ernie4_5"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let usesBias: Bool

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary(theta: 500_000)
    activation = try config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-5))
    usesBias = try config.keys.flag("use_bias", or: false)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: norm)
    return try decoder.build(weights, options) { layer, _ in
      var attention = try config.attention(layer["self_attn"], bias: usesBias, outputBias: usesBias)
      attention.rotary = rotary
      attention.pairNeighbours(rotary.dimension)
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation, bias: usesBias)
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
