import Graph
import JSON
import Tensors

/// MiniMax M2: queries and keys normalised over all heads, rotary positions on a part of each, and experts chosen by
/// sigmoid scores with a correction.
package struct MiniMaxM2: Architecture {
  package static let modelTypes = ["minimax_m2"]
  package let config: ModelConfiguration
  package let ignoredTensors: [String]

  private let rotary: RotaryEmbedding
  private let epsilon: Float
  private let experts: ExpertSettings

  package static func defaults(for modelType: String) -> JSONObject {
    [
      "num_key_value_heads": 8, "head_dim": 128, "num_local_experts": 256, "num_experts_per_tok": 8,
      "max_position_embeddings": 196_608,
    ]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"] + config.furtherPredictionTensors
    let turning = try keys.optionalSize("rotary_dim", atMost: config.headDimension) ?? config.headDimension
    rotary = try config.rotary(theta: 5_000_000, partial: Double(turning) / Double(config.headDimension))
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-6))
    var experts = try ExpertSettings(config, intermediateKey: "intermediate_size", normalizesShares: true)
    experts.scoring = .sigmoid
    self.experts = experts
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: { try norm($0, config.hiddenSize) })
    return try decoder.build(weights, options) { layer, _ in
      let scope = layer["self_attn"]
      var attention = try config.attention(scope)
      attention.rotary = rotary
      attention.queryNorm = .whole(try norm(scope["q_norm"], config.headCount * config.headDimension))
      attention.keyNorm = .whole(try norm(scope["k_norm"], config.keyValueHeadCount * config.headDimension))
      let mixture = try config.experts(
        layer.expertPart, experts, correctionBias: "e_score_correction_bias",
        projections: (gate: "w1", up: "w3", down: "w2"))
      return (attention, .experts(mixture))
    }
  }

  private func norm(_ scope: WeightScope, _ size: Int) throws -> Normalization {
    try scope.rootMeanSquareNorm(size, epsilon: epsilon)
  }
}
