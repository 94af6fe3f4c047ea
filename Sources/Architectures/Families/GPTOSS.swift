import Graph
import JSON
import Tensors

/// gpt-oss: a score for each head that draws attention away (sinks), windows in every other layer, and experts with
/// biases whose gates are limited.
package struct GPTOSS: Architecture {
  package static let modelTypes = ["gpt_oss"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let epsilon, limit, alpha: Float
  private let attentionBias: Bool
  private let experts: ExpertSettings
  private let windows: [Int?]

  package static func defaults(for modelType: String) -> JSONObject {
    [
      "num_key_value_heads": 8, "head_dim": 64, "sliding_window": 128, "num_local_experts": 128,
      "num_experts_per_tok": 4, "attention_bias": true, "max_position_embeddings": 131_072,
      "rope_parameters": [
        "rope_type": "yarn", "factor": 32, "beta_fast": 32, "beta_slow": 1, "truncate": false,
        "original_max_position_embeddings": 4096,
      ],
    ]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    rotary = try config.rotary(theta: 150_000)
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-5))
    limit = Float(try keys.number("swiglu_limit", or: 7))
    alpha = Float(try keys.number("swiglu_alpha", or: 1.702))
    attentionBias = try keys.flag("attention_bias", or: true)
    experts = try ExpertSettings(config, intermediateKey: "intermediate_size", normalizesShares: true)
    windows = try config.slidingWindows { $0 % 2 == 0 }
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    try PreNormDecoder(config: config, norm: norm).build(weights, options) { layer, index in
      let scope = layer["self_attn"]
      var attention = try config.attention(scope, bias: attentionBias, outputBias: attentionBias)
      attention.rotary = rotary
      attention.slidingWindow = windows[index]
      attention.sinks = try scope.weight("sinks", [config.headCount])
      return (attention, .experts(try mixture(layer["mlp"])))
    }
  }

  /// Matrices are stored as [in, out].
  private func mixture(_ scope: WeightScope) throws -> MixtureOfExperts {
    let count = experts.count, inner = experts.intermediateSize, hidden = config.hiddenSize
    let stored = scope["experts"]
    let gate = ClampedGate(
      gateUp: try stored.weight("gate_up_proj", [count, hidden, 2 * inner]).eachTransposed(),
      bias: try stored.weight("gate_up_proj_bias", [count, 2 * inner]), limit: limit, alpha: alpha)
    return MixtureOfExperts(
      name: scope.path,
      routing: experts.routing(try scope["router"].linear(count, hidden, bias: true)), clamped: gate,
      down: try stored.weight("down_proj", [count, inner, hidden]).eachTransposed(),
      downBias: try stored.weight("down_proj_bias", [count, hidden]))
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
