import Graph
import JSON
import Tensors

/// Nemotron-H: state spaces with heads, feed-forward parts, experts and some attention without positions, one of them
/// a layer.
package struct NemotronH: Architecture {
  package static let modelTypes = ["nemotron_h"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["lm_head.weight", "mtp.*", "backbone.mtp.*"]

  private let epsilon: Float
  private let layerTypes: [LayerType]
  private let space: StateSpaceSettings
  private let activation: Activation
  private let bias: Bool
  private let intermediateSize, sharedSize: Int
  private let latentSize: Int?
  private let experts: ExpertSettings?

  package static func defaults(for modelType: String) -> JSONObject {
    [
      "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128, "mamba_num_heads": 128,
      "mamba_head_dim": 64, "ssm_state_size": 128, "n_groups": 8, "intermediate_size": 21504,
      "mlp_hidden_act": "relu2", "mamba_hidden_act": "silu", "max_position_embeddings": 4096,
    ]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    epsilon = Float(try keys.number("layer_norm_epsilon", or: 1e-5))
    layerTypes = try config.nemotronLayers()
    var space = try StateSpaceSettings(plain: config, prefix: "mamba_", epsilon: epsilon)
    // The limit of the configuration is not the one that is used.
    space.timeLimits = Float(try keys.number("time_step_min", or: 0.001))...Float.greatestFiniteMagnitude
    self.space = space
    activation = try config.activation("mlp_hidden_act", or: "relu2")
    bias = try keys.flag("mlp_bias", or: false)
    intermediateSize = try keys.size("intermediate_size")
    guard layerTypes.contains(.experts) else {
      (experts, sharedSize, latentSize) = (nil, 0, nil)
      return
    }
    var experts = try ExpertSettings(config, normalizesShares: true)
    experts.scoring = .sigmoid
    experts.activation = activation
    try experts.readGroups(keys, summed: 2)
    self.experts = experts
    sharedSize = try keys.size("moe_shared_expert_intermediate_size")
    latentSize = try keys.optionalSize("moe_latent_size")
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = SinglePartDecoder(config: config) {
      try $0.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
    }
    return try decoder.build(weights, options) { layer, index in
      let scope = layer["mixer"]
      switch layerTypes[index] {
      case .recurrent: return .mixer(try space.stateSpace(scope, hiddenSize: config.hiddenSize))
      case .attention: return .mixer(try config.attention(scope))
      case .feedForward: return .feedForward(.dense(try dense(scope, intermediateSize)))
      case .experts: return .feedForward(try mixture(scope))
      }
    }
  }

  private func dense(_ scope: WeightScope, _ size: Int) throws -> FeedForward {
    try config.plainFeedForward(scope, intermediate: size, activation: activation, bias: bias)
  }

  private func mixture(_ scope: WeightScope) throws -> FeedForwardPart {
    guard let experts else { throw ArchitectureError(.badConfiguration, "config.json lists no experts") }
    let count = experts.count, inner = experts.intermediateSize, width = latentSize ?? config.hiddenSize
    func all(_ name: String, _ shape: Shape) throws -> Weight {
      if scope["experts"].contains(name) {
        return try scope["experts"].weight(name, Shape([count] + shape.dimensions))
      }
      return .batched(try (0..<count).map { try scope["experts"][$0][name].weight("weight", shape) })
    }
    let routing = experts.routing(
      try scope["gate"].linear(count, config.hiddenSize),
      correctionBias: try scope["gate"].weight("e_score_correction_bias", [count]))
    var mixture = MixtureOfExperts(
      name: scope.path, routing: routing, up: try all("up_proj", [inner, width]),
      down: try all("down_proj", [width, inner]), activation: activation)
    if latentSize != nil {
      mixture.latent = LatentProjection(
        into: try scope["fc1_latent_proj"].linear(width, config.hiddenSize, bias: bias),
        outOf: try scope["fc2_latent_proj"].linear(config.hiddenSize, width, bias: bias))
    }
    return .expertsAndShared(mixture, try dense(scope["shared_experts"], sharedSize))
  }
}

extension ModelConfiguration {
  /// `layers_block_type`, or a letter for each layer in older files.
  fileprivate func nemotronLayers() throws -> [LayerType] {
    guard keys.value("layers_block_type", "layer_types") == nil,
      let pattern = keys.value("hybrid_override_pattern")?.string
    else { return try layerTypes { _ in .recurrent } }
    let letters: [Character: LayerType] = [
      "M": .recurrent, "*": .attention, "-": .feedForward, "E": .experts,
    ]
    let types = pattern.compactMap { letters[$0] }
    guard types.count == pattern.count, types.count == layerCount else {
      throw ArchitectureError(
        .badConfiguration,
        "config.json: 'hybrid_override_pattern' should have a letter M, *, - or E for each of "
          + "\(layerCount) layers, not \(pattern)")
    }
    return types
  }
}
