import Graph
import JSON
import Tensors

/// Ernie 4.5 with experts: rotary positions that pair neighbours, and in the layers that have experts a correction of
/// the choice and an expert that all tokens share. In a model that also sees, as many experts for pictures come after
/// those for text, and routers are stored transposed.
package struct Ernie45MoE: Architecture {
  package static let modelTypes = ["ernie4_5_moe"]
  package let config: ModelConfiguration
  package let ignoredTensors: [String]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize, sharedCount: Int
  private let epsilon: Float
  private let usesBias, hasVisionExperts: Bool
  private let experts: ExpertSettings
  private let expertLayers: Set<Int>

  package static func defaults(for modelType: String) -> JSONObject {
    [
      "num_key_value_heads": 4, "moe_num_experts": 64, "moe_k": 6, "moe_intermediate_size": 1536,
      "moe_num_shared_experts": 2, "max_position_embeddings": 131_072, "tie_word_embeddings": true,
    ]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    rotary = try config.rotary(theta: 500_000)
    activation = try config.activation()
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-5))
    usesBias = try keys.flag("use_bias", or: false)
    experts = try ExpertSettings(config, normalizesShares: true)
    sharedCount =
      keys.value("moe_num_shared_experts") == 0 ? 0 : try keys.optionalSize("moe_num_shared_experts") ?? 0
    let forPictures = try keys.optionalCount("moe_vision_experts", atMost: 4096) ?? 0
    hasVisionExperts = forPictures > 0
    ignoredTensors =
      ["*rotary_emb.inv_freq", "lm_head.weight", "model.mtp_*"]
      + (hasVisionExperts ? ["*.mlp.gate.weight_1"] : [])
      + (experts.count..<experts.count + forPictures).flatMap { expert in
        ["gate_proj", "up_proj", "down_proj"].map { "*.mlp.experts.\(expert).\($0).weight" }
      }
    if keys.value("mlp_layer_types") != nil {
      let sparse = try config.expertLayers()
      expertLayers = Set((0..<config.layerCount).filter { sparse[$0] })
      return
    }
    let interval = try keys.optionalSize("moe_layer_interval") ?? 1
    let first = keys.value("moe_layer_start_index")?.int ?? 1
    let last = keys.value("moe_layer_end_index")?.int ?? -1
    let end = last == -1 ? config.layerCount - 1 : last
    expertLayers = Set(
      (0..<config.layerCount).filter { ($0 + 1) % interval == 0 && $0 >= first && $0 <= end })
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: norm, headBias: usesBias)
    return try decoder.build(weights, options) { layer, index in
      var attention = try config.attention(layer["self_attn"], bias: usesBias, outputBias: usesBias)
      attention.rotary = rotary
      attention.pairNeighbours(rotary.dimension)
      return (attention, try feedForward(layer["mlp"], index))
    }
  }

  private func feedForward(_ scope: WeightScope, _ index: Int) throws -> FeedForwardPart {
    func dense(_ scope: WeightScope, _ size: Int) throws -> FeedForward {
      try config.gatedFeedForward(scope, intermediate: size, activation: activation, bias: usesBias)
    }
    guard expertLayers.contains(index) else { return .dense(try dense(scope, intermediateSize)) }
    var mixture = try config.experts(scope, experts, routerIsTransposed: hasVisionExperts)
    let biases = try scope["moe_statics"].weight(
      "e_score_correction_bias", [hasVisionExperts ? 2 : 1, experts.count])
    mixture.routing.correctionBias = biases.rows(0..<1).reshaped([experts.count])
    guard sharedCount > 0 else { return .experts(mixture) }
    let shared = try dense(scope["shared_experts"], experts.intermediateSize * sharedCount)
    return .expertsAndShared(mixture, shared)
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
