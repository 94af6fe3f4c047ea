import Graph
import JSON
import Tensors

/// DeepSeek V2 and V3 (and R1, Kimi K2, Moonlight), and GLM 4.7 Flash: latent attention, and after the first layers
/// experts of which each token uses a few, beside one that all share.
package struct DeepSeek: Architecture {
  package static let modelTypes = ["deepseek_v2", "deepseek_v3", "glm4_moe_lite"]
  package let config: ModelConfiguration
  package let ignoredTensors: [String]

  private let latent: LatentSettings
  private let activation: Activation
  private let intermediateSize, sharedSize: Int
  private let epsilon: Float
  private let experts: ExpertSettings
  private let usesExperts: [Bool]

  package static func defaults(for modelType: String) -> JSONObject {
    switch modelType {
    case "deepseek_v2":
      [
        "kv_lora_rank": 512, "q_lora_rank": 1536, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64,
        "v_head_dim": 128, "n_routed_experts": 64, "n_shared_experts": 2, "moe_intermediate_size": 1407,
        "first_k_dense_replace": 0, "topk_method": "greedy",
      ]
    case "deepseek_v3":
      [
        "kv_lora_rank": 512, "q_lora_rank": 1536, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64,
        "v_head_dim": 128, "n_routed_experts": 256, "n_shared_experts": 1, "moe_intermediate_size": 2048,
        "n_group": 8, "topk_group": 4, "num_experts_per_tok": 8, "first_k_dense_replace": 3,
        "norm_topk_prob": true, "routed_scaling_factor": 2.5, "max_position_embeddings": 4096,
      ]
    default:
      [
        "kv_lora_rank": 512, "q_lora_rank": 768, "qk_nope_head_dim": 192, "qk_rope_head_dim": 64,
        "v_head_dim": 256, "n_routed_experts": 64, "n_shared_experts": 1, "moe_intermediate_size": 1536,
        "num_experts_per_tok": 4, "norm_topk_prob": true, "routed_scaling_factor": 1.8,
        "rms_norm_eps": 1e-5, "max_position_embeddings": 202_752,
      ]
    }
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    let isSecond = config.modelType == "deepseek_v2"
    self.config = config
    ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"] + config.furtherPredictionTensors
    latent = try LatentSettings(
      config, pairsNeighbours: isSecond || keys.flag("rope_interleave", or: true))
    activation = try config.activation()
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-6))
    var experts = try ExpertSettings(config)
    sharedSize = try experts.intermediateSize * (keys.optionalSize("n_shared_experts") ?? 1)
    if isSecond {
      // The reference does not look at `norm_topk_prob` here.
      experts.normalizesShares = false
      try experts.readSecondGroups(keys)
    } else {
      experts.scoring = .sigmoid
      try experts.readGroups(keys, summed: 2)
    }
    self.experts = experts
    usesExperts = try config.expertLayers()
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    try PreNormDecoder(config: config, norm: norm).build(weights, options) { layer, index in
      let attention = try config.latentAttention(layer["self_attn"], latent)
      let mlp = layer["mlp"]
      guard usesExperts[index] else {
        let dense = try config.gatedFeedForward(mlp, intermediate: intermediateSize, activation: activation)
        return (attention, .dense(dense))
      }
      let correction = config.modelType == "deepseek_v2" ? nil : "gate.e_score_correction_bias"
      let mixture = try config.experts(mlp, experts, correctionBias: correction)
      let shared = try config.gatedFeedForward(
        mlp["shared_experts"], intermediate: sharedSize, activation: activation)
      return (attention, .expertsAndShared(mixture, shared))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}

extension ExpertSettings {
  /// DeepSeek V2 looks at groups only where `topk_method` says so, and takes a group's best expert for its score.
  fileprivate mutating func readSecondGroups(_ keys: ConfigurationKeys) throws {
    let method = try keys.text("topk_method", or: "greedy")
    switch method {
    case "greedy": scalingFactor = Float(try keys.number("routed_scaling_factor", or: 1))
    case "group_limited_greedy": try readGroups(keys, summed: 1)
    default:
      throw ArchitectureError(
        .unsupported,
        "config.json: 'topk_method' is '\(method)', but only greedy and group_limited_greedy are supported")
    }
  }
}

extension ModelConfiguration {
  /// Which layers have experts: `mlp_layer_types` says so for each, or all from `first_k_dense_replace` on do.
  func expertLayers() throws -> [Bool] {
    guard let types = keys.value("mlp_layer_types")?.array else {
      let first = keys.value("first_k_dense_replace")?.int ?? 1
      return (0..<layerCount).map { $0 >= first }
    }
    guard types.count >= layerCount else {
      throw ArchitectureError(
        .badConfiguration,
        "config.json: 'mlp_layer_types' has \(types.count) entries for \(layerCount) layers")
    }
    return try types.prefix(layerCount).map { type in
      guard let name = type.string, name == "sparse" || name == "dense" else {
        throw ArchitectureError(
          .unsupported,
          "config.json: the layer type \(type.serialized()) in 'mlp_layer_types' is not supported")
      }
      return name == "sparse"
    }
  }
}
