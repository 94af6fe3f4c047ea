import Graph
import Tensors

/// Mixtral: Mistral with eight experts in place of each feed-forward part.
package struct Mixtral: Architecture {
  package static let modelTypes = ["mixtral"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let experts: ExpertSettings
  private let epsilon: Float
  private let windows: [Int?]

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary(theta: 1_000_000)
    experts = try ExpertSettings(config, intermediateKey: "intermediate_size", normalizesShares: true)
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-5))
    windows = try config.slidingWindows { _ in true }
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: norm)
    return try decoder.build(weights, options) { layer, index in
      var attention = try config.attention(layer["self_attn"])
      attention.rotary = rotary
      attention.slidingWindow = windows[index]
      let mixture = try config.experts(
        layer.expertPart, experts, projections: (gate: "w1", up: "w3", down: "w2"))
      return (attention, .experts(mixture))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
