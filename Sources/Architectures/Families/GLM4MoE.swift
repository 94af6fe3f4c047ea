import Graph
import JSON
import Tensors

/// GLM 4.5 to 4.7: rotary positions on half of each head, and after the first layers experts chosen as DeepSeek V3 does,
/// beside one that all tokens share. dots.llm1 turns whole heads, normalised, and Solar Open whole heads as they are.
package struct GLM4MoE: Architecture {
  package static let modelTypes = ["dots1", "glm4_moe", "solar_open"]
  package let config: ModelConfiguration
  package let ignoredTensors: [String]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize, sharedSize: Int
  private let epsilon: Float
  private let attentionBias, outputBias, normalizesHeads: Bool
  private let windows: [Int?]
  private let experts: ExpertSettings
  private let usesExperts: [Bool]

  package static func defaults(for modelType: String) -> JSONObject {
    guard modelType == "glm4_moe" else {
      return [
        "first_k_dense_replace": 0, "n_shared_experts": 1, "norm_topk_prob": .bool(modelType == "solar_open"),
      ]
    }
    return [
      "num_key_value_heads": 8, "n_routed_experts": 128, "n_shared_experts": 1, "moe_intermediate_size": 1408,
      "num_experts_per_tok": 8, "first_k_dense_replace": 1, "norm_topk_prob": true,
      "max_position_embeddings": 131_072,
    ]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"] + config.furtherPredictionTensors
    let isGLM = config.modelType == "glm4_moe", isDots = config.modelType == "dots1"
    rotary = try config.rotary(partial: isGLM ? 0.5 : 1)
    activation = try config.activation()
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-5))
    attentionBias = try keys.flag("attention_bias", or: false)
    outputBias = isDots && attentionBias
    normalizesHeads = try isDots || keys.flag("use_qk_norm", or: false)
    windows =
      try isDots ? config.slidingWindows { _ in false } : Array(repeating: nil, count: config.layerCount)
    var experts = try ExpertSettings(config)
    experts.scoring = .sigmoid
    try experts.readGroups(keys, summed: 2)
    self.experts = experts
    sharedSize = try experts.intermediateSize * (keys.optionalSize("n_shared_experts") ?? 1)
    usesExperts = try config.expertLayers()
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: { try norm($0, config.hiddenSize) })
    return try decoder.build(weights, options) { layer, index in
      let mlp = layer["mlp"]
      var attention = try attention(layer["self_attn"])
      attention.slidingWindow = windows[index]
      guard usesExperts[index] else {
        let dense = try config.gatedFeedForward(mlp, intermediate: intermediateSize, activation: activation)
        return (attention, .dense(dense))
      }
      let shared = try config.gatedFeedForward(
        mlp["shared_experts"], intermediate: sharedSize, activation: activation)
      let mixture = try config.experts(mlp, experts, correctionBias: "gate.e_score_correction_bias")
      return (attention, .expertsAndShared(mixture, shared))
    }
  }

  private func attention(_ scope: WeightScope) throws -> Attention {
    var attention = try config.attention(scope, bias: attentionBias, outputBias: outputBias)
    attention.rotary = rotary
    if normalizesHeads {
      attention.queryNorm = .perHead(try norm(scope["q_norm"], config.headDimension))
      attention.keyNorm = .perHead(try norm(scope["k_norm"], config.headDimension))
    }
    return attention
  }

  private func norm(_ scope: WeightScope, _ size: Int) throws -> Normalization {
    try scope.rootMeanSquareNorm(size, epsilon: epsilon)
  }
}
