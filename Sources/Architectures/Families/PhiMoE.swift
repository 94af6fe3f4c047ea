import Graph
import JSON
import Tensors

/// Phi-3.5-MoE: LayerNorm, and two experts a token, chosen by SparseMixer. Long texts have other rotary frequencies, and
/// a factor of their own on cosines and sines.
package struct PhiMoE: Architecture {
  package static let modelTypes = ["phimoe"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let epsilon: Float
  private let attentionBias, headBias: Bool
  private let experts: ExpertSettings
  private let windows: [Int?]

  package static func defaults(for modelType: String) -> JSONObject {
    [
      "num_key_value_heads": 8, "num_local_experts": 16, "num_experts_per_tok": 2,
      "max_position_embeddings": 131_072,
    ]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    try keys.require("num_experts_per_tok", 2, because: "SparseMixer chooses two experts")
    rotary = try config.scaledLongRotary()
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-5))
    attentionBias = try keys.flag("attention_bias", or: false)
    headBias = try keys.flag("lm_head_bias", or: false)
    var experts = try ExpertSettings(config, intermediateKey: "intermediate_size")
    experts.scoring = .sparseMixer(jitter: Float(try keys.number("router_jitter_noise", or: 0.01)))
    experts.normalizesShares = false
    self.experts = experts
    windows = try config.slidingWindows { _ in true }
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: norm, headBias: headBias)
    return try decoder.build(weights, options) { layer, index in
      var attention = try config.attention(layer["self_attn"], bias: attentionBias, outputBias: attentionBias)
      attention.rotary = rotary
      attention.slidingWindow = windows[index]
      let mixture = try config.experts(
        layer.expertPart, experts, projections: (gate: "w1", up: "w3", down: "w2"))
      return (attention, .experts(mixture))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.layerNorm(config.hiddenSize, epsilon: epsilon)
  }
}

extension ModelConfiguration {
  /// Rotary positions whose cosines and sines are multiplied by `short_mscale` and `long_mscale`.
  fileprivate func scaledLongRotary() throws -> RotaryEmbedding {
    var rotary = try rotary()
    guard case .longRope(let long, let short, let original, _) = rotary.scaling else { return rotary }
    let parameters = ConfigurationKeys(rotaryParameters())
    guard let factor = try parameters.optionalNumber("short_mscale") else { return rotary }
    guard try parameters.number("long_mscale", or: factor) == factor else {
      throw ArchitectureError(
        .unsupported, "config.json: a 'long_mscale' that is not the 'short_mscale' is not supported")
    }
    rotary.scaling = .longRope(long: long, short: short, originalLength: original, attentionFactor: factor)
    return rotary
  }
}
