import Graph
import Tensors

/// What the configuration says about experts.
struct ExpertSettings: Sendable {
  /// How many experts a layer has (`num_experts`, `num_local_experts`, `n_routed_experts` or `moe_num_experts`).
  var count: Int
  /// How many a token uses (`num_experts_per_tok`, `moe_k` or `moe_topk`).
  var perToken: Int
  /// The size inside of an expert.
  var intermediateSize: Int
  /// Whether the chosen experts' weights add up to one (`norm_topk_prob`).
  var normalizesShares: Bool
  /// How the router's numbers become scores.
  var scoring = ExpertRouting.Scoring.softmax
  /// The groups of experts, where there are any (`n_group`, `topk_group`).
  var groups: ExpertRouting.Groups?
  /// What weights are multiplied by (`routed_scaling_factor`).
  var scalingFactor: Float = 1
  /// What an expert applies.
  var activation: Activation
  /// Layers that have a plain feed-forward part instead (`mlp_only_layers`, `decoder_sparse_step`).
  var denseLayers: Set<Int>

  /// Reads the keys.
  /// - Parameter normalizesShares: what `norm_topk_prob` is where the file does not have it.
  init(
    _ config: ModelConfiguration, intermediateKey: String = "moe_intermediate_size",
    normalizesShares: Bool = false
  ) throws {
    let keys = config.keys
    activation = try config.activation()
    count = try keys.size(
      "num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts", atMost: 4096)
    perToken = try keys.size("num_experts_per_tok", "moe_k", "moe_topk", "top_k_experts", atMost: count)
    intermediateSize = try keys.size(intermediateKey)
    self.normalizesShares = try keys.flag("norm_topk_prob", or: normalizesShares)
    let step = try keys.optionalSize("decoder_sparse_step") ?? 1
    let listed = Set(try keys.numbers("mlp_only_layers")?.compactMap { Int(exactly: $0) } ?? [])
    denseLayers = listed.union((0..<config.layerCount).filter { ($0 + 1) % step != 0 })
  }

  /// Reads `n_group`, `topk_group` and `routed_scaling_factor`, DeepSeek's way to choose.
  /// - Parameter summed: how many of its experts make a group's score.
  mutating func readGroups(_ keys: ConfigurationKeys, summed: Int) throws {
    scalingFactor = Float(try keys.number("routed_scaling_factor", or: 1))
    guard let number = try keys.optionalSize("n_group", atMost: count), number > 1 else { return }
    let chosen = try keys.optionalSize("topk_group", atMost: number) ?? number
    guard chosen < number else { return }
    let size = count / number
    guard count % number == 0, size >= summed, chosen * size >= perToken else {
      throw ArchitectureError(
        .badConfiguration,
        "config.json: \(count) experts in \(number) groups, of which \(chosen) are looked at, do not give each token "
          + "\(perToken) experts")
    }
    groups = ExpertRouting.Groups(count: number, chosen: chosen, summed: summed)
  }

  /// How experts are chosen by a router.
  func routing(_ router: Linear, correctionBias: Weight? = nil) -> ExpertRouting {
    var routing = ExpertRouting(
      router: router, expertsPerToken: perToken, normalizesShares: normalizesShares)
    routing.scoring = scoring
    routing.correctionBias = correctionBias
    routing.groups = groups
    routing.scalingFactor = scalingFactor
    return routing
  }
}

extension ModelConfiguration {
  /// The experts of a layer, stored one by one as `experts.N.…` or in two tensors `experts.gate_up_proj` and
  /// `experts.down_proj`, with a router.
  /// - Parameters:
  ///   - router: the name of the router's matrix.
  ///   - routerIsTransposed: whether it is stored as [size, experts].
  ///   - correctionBias: the name of a bias for the choice.
  ///   - projections: the names of an expert's matrices.
  func experts(
    _ scope: WeightScope, _ settings: ExpertSettings, router: String = "gate",
    routerIsTransposed: Bool = false,
    correctionBias: String? = nil,
    projections: (gate: String, up: String, down: String) = ("gate_proj", "up_proj", "down_proj")
  ) throws(TensorError) -> MixtureOfExperts {
    let inner = settings.intermediateSize, count = settings.count
    let experts = scope["experts"]
    func all(_ name: String, _ shape: Shape) throws(TensorError) -> Weight {
      var parts: [Weight] = []
      for expert in 0..<count { parts.append(try experts[expert][name].weight("weight", shape)) }
      return .batched(parts)
    }
    let routing = settings.routing(
      routerIsTransposed
        ? Linear(
          name: scope[router].path,
          weight: try scope[router].weight("weight", [hiddenSize, count]).transposed())
        : try scope[router].linear(count, hiddenSize),
      correctionBias: try correctionBias.map { name throws(TensorError) in try scope.weight(name, [count]) })
    if experts.contains("gate_up_proj") {
      let both = try experts.weight("gate_up_proj", [count, 2 * inner, hiddenSize])
      return MixtureOfExperts(
        name: scope.path, routing: routing, gate: both.rowsOfEach(0..<inner),
        up: both.rowsOfEach(inner..<2 * inner),
        down: try experts.weight("down_proj", [count, hiddenSize, inner]), activation: settings.activation)
    }
    return MixtureOfExperts(
      name: scope.path, routing: routing, gate: try all(projections.gate, [inner, hiddenSize]),
      up: try all(projections.up, [inner, hiddenSize]), down: try all(projections.down, [hiddenSize, inner]),
      activation: settings.activation)
  }

  /// A gated part whose gate and up projection are stored one under another as `input_linear`.
  func stackedFeedForward(
    _ scope: WeightScope, intermediate: Int, activation: Activation
  ) throws(TensorError) -> FeedForward {
    let both = try scope["input_linear"].linear(2 * intermediate, hiddenSize)
    return FeedForward(
      name: scope.path, gate: both.rows(0..<intermediate, name: scope["gate_proj"].path),
      up: both.rows(intermediate..<2 * intermediate, name: scope["up_proj"].path),
      down: try scope["output_linear"].linear(hiddenSize, intermediate), activation: activation)
  }

  /// The experts of a layer and the one that all tokens share, weighted by a gate of its own.
  func expertsAndGatedShare(
    _ scope: WeightScope, _ settings: ExpertSettings, sharedSize: Int, activation: Activation
  ) throws(TensorError) -> FeedForwardPart {
    .expertsAndGated(
      try experts(scope, settings),
      try gatedFeedForward(scope["shared_expert"], intermediate: sharedSize, activation: activation),
      gate: try scope["shared_expert_gate"].linear(1, hiddenSize))
  }

  /// The experts of a layer whose gates and up projections are stored in one tensor, gates first, and whose down
  /// projections in another: `input_linear` and `output_linear`.
  func stackedExperts(
    _ scope: WeightScope, _ settings: ExpertSettings
  ) throws(TensorError) -> MixtureOfExperts {
    let count = settings.count, inner = settings.intermediateSize
    let both = try scope["input_linear"].weight("weight", [count, 2 * inner, hiddenSize])
    return MixtureOfExperts(
      name: scope.path, routing: settings.routing(try scope["router.layer"].linear(count, hiddenSize)),
      gate: both.rowsOfEach(0..<inner), up: both.rowsOfEach(inner..<2 * inner),
      down: try scope["output_linear"].weight("weight", [count, hiddenSize, inner]),
      activation: settings.activation)
  }
}

extension WeightScope {
  /// The part of a layer that has the experts: transformers 5 gives it the name `mlp` in all families.
  var expertPart: WeightScope {
    self["mlp.gate"].contains("weight") ? self["mlp"] : self["block_sparse_moe"]
  }
}

extension Weight {
  /// The same rows of each matrix of a batch [count, rows, columns].
  func rowsOfEach(_ rows: some Collection<Int>) -> Weight {
    let (count, height, columns) = (shape[0], shape[1], shape[2])
    let order = (0..<count).flatMap { index in rows.map { index * height + $0 } }
    return reshaped([count * height, columns]).reordered(order).reshaped([count, rows.count, columns])
  }

  /// Each matrix of a batch [count, rows, columns] with its axes exchanged.
  func eachTransposed() -> Weight {
    let (rows, columns) = (shape[1], shape[2])
    if let other = untransposed { return other }
    return .batched((0..<shape[0]).map { self.rows($0..<$0 + 1).reshaped([rows, columns]).transposed() })
  }
}
