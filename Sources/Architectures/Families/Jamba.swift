import Graph
import JSON
import Tensors

/// Jamba: state spaces without heads, attention without positions in a few layers, and experts in some.
package struct Jamba: Architecture {
  package static let modelTypes = ["jamba"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["lm_head.weight"]

  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let layerTypes: [LayerType]
  private let scan: SelectiveScanSettings
  private let experts: ExpertSettings?
  private let expertLayers: Set<Int>

  package static func defaults(for modelType: String) -> JSONObject {
    [
      "num_key_value_heads": 8, "num_experts": 16, "num_experts_per_tok": 2,
      "max_position_embeddings": 262_144,
    ]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    activation = try config.activation()
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-6))
    let period = try keys.optionalSize("attn_layer_period") ?? 8
    let offset = keys.value("attn_layer_offset")?.int ?? 4
    layerTypes = try config.layerTypes { $0 % period == offset ? .attention : .recurrent }
    scan = try SelectiveScanSettings(jamba: config)
    // A single expert is a plain feed-forward part.
    let hasExperts = keys.value("num_experts") != 1
    experts = try hasExperts ? ExpertSettings(config, intermediateKey: "intermediate_size") : nil
    let expertPeriod = try keys.optionalSize("expert_layer_period") ?? 2
    let expertOffset = keys.value("expert_layer_offset")?.int ?? 1
    expertLayers = Set((0..<config.layerCount).filter { hasExperts && $0 % expertPeriod == expertOffset })
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(
      config: config, norm: { try norm($0, config.hiddenSize) }, isRecurrent: true,
      names: DecoderNames(feedForwardNorm: "pre_ff_layernorm", norm: "model.final_layernorm"))
    return try decoder.build(weights, options) { layer, index in
      let mixer: any TokenMixer =
        try layerTypes[index] == .attention ? config.attention(layer["self_attn"]) : space(layer["mamba"])
      return (mixer, try feedForward(layer["feed_forward"], index))
    }
  }

  private func space(_ scope: WeightScope) throws -> SelectiveScan {
    var space = try scan.selectiveScan(scope, hiddenSize: config.hiddenSize)
    space.factorNorms = [
      try norm(scope["dt_layernorm"], scan.timeRank), try norm(scope["b_layernorm"], scan.stateSize),
      try norm(scope["c_layernorm"], scan.stateSize),
    ]
    return space
  }

  private func feedForward(_ scope: WeightScope, _ index: Int) throws -> FeedForwardPart {
    guard let experts, expertLayers.contains(index) else {
      return .dense(
        try config.gatedFeedForward(scope, intermediate: intermediateSize, activation: activation))
    }
    return .experts(try config.experts(scope, experts, router: "router"))
  }

  private func norm(_ scope: WeightScope, _ size: Int) throws -> Normalization {
    try scope.rootMeanSquareNorm(size, epsilon: epsilon)
  }
}
