import Graph
import Tensors

/// What the configuration says about experts.
struct ExpertSettings: Sendable {
  /// How many experts a layer has (`num_experts` or `num_local_experts`).
  var count: Int
  /// How many a token uses (`num_experts_per_tok`).
  var perToken: Int
  /// The size inside of an expert.
  var intermediateSize: Int
  /// Whether the chosen experts' shares add up to one (`norm_topk_prob`).
  var normalizesShares: Bool
  /// Layers that have a plain feed-forward part instead (`mlp_only_layers`, `decoder_sparse_step`).
  var denseLayers: Set<Int>

  /// Reads the keys.
  /// - Parameter normalizesShares: what `norm_topk_prob` is where the file does not have it.
  init(
    _ config: ModelConfiguration, intermediateKey: String = "moe_intermediate_size",
    normalizesShares: Bool = false
  ) throws {
    let keys = config.keys
    try keys.require("hidden_act", "silu", because: "experts are only supported with 'silu'")
    count = try keys.size("num_experts", "num_local_experts", atMost: 4096)
    perToken = try keys.size("num_experts_per_tok", atMost: count)
    intermediateSize = try keys.size(intermediateKey)
    self.normalizesShares = try keys.flag("norm_topk_prob", or: normalizesShares)
    let step = try keys.optionalSize("decoder_sparse_step") ?? 1
    let listed = Set(try keys.numbers("mlp_only_layers")?.compactMap { Int(exactly: $0) } ?? [])
    denseLayers = listed.union((0..<config.layerCount).filter { ($0 + 1) % step != 0 })
  }
}

extension ModelConfiguration {
  /// The experts of a layer, stored one by one as `experts.N.…`, with the router `gate`.
  /// - Parameter projections: the names of an expert's matrices.
  func experts(
    _ scope: WeightScope, _ settings: ExpertSettings,
    projections: (gate: String, up: String, down: String) = ("gate_proj", "up_proj", "down_proj")
  ) throws(TensorError) -> MixtureOfExperts {
    func all(_ name: String, _ shape: Shape) throws(TensorError) -> Weight {
      var parts: [Weight] = []
      for expert in 0..<settings.count {
        parts.append(try scope["experts"][expert][name].weight("weight", shape))
      }
      return .batched(parts)
    }
    let inner = settings.intermediateSize
    return MixtureOfExperts(
      name: scope.path, router: try scope["gate"].linear(settings.count, hiddenSize),
      gate: try all(projections.gate, [inner, hiddenSize]), up: try all(projections.up, [inner, hiddenSize]),
      down: try all(projections.down, [hiddenSize, inner]), expertsPerToken: settings.perToken,
      normalizesShares: settings.normalizesShares)
  }
}
