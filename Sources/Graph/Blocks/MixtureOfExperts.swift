import Tensors

/// A feed-forward part made of many experts of which each token uses a few.
public struct MixtureOfExperts: Sendable {
  /// The module's name, which the nodes are named after.
  public var name: String
  /// The matrix [experts, hidden] that scores the experts.
  public var router: Linear
  /// All gates, [experts, intermediate, hidden].
  public var gate: Weight
  /// All up projections, [experts, intermediate, hidden].
  public var up: Weight
  /// All down projections, [experts, hidden, intermediate].
  public var down: Weight
  /// How many experts a token uses (`num_experts_per_tok`).
  public var expertsPerToken: Int
  /// Whether the chosen experts' shares are made to add up to one (`norm_topk_prob`).
  public var normalizesShares: Bool

  /// A mixture of experts with the gated form and SiLU.
  public init(
    name: String, router: Linear, gate: Weight, up: Weight, down: Weight, expertsPerToken: Int,
    normalizesShares: Bool
  ) {
    self.name = name
    self.router = router
    self.gate = gate
    self.up = up
    self.down = down
    self.expertsPerToken = expertsPerToken
    self.normalizesShares = normalizesShares
  }
}

extension DecoderBuilder {
  /// [batch, tokens, hidden] → [batch, tokens, hidden].
  ///
  /// The graph computes every expert for every token; its form is the one that the plugins replace by a
  /// multiplication with the chosen experts only (GatherMatmul).
  public func mixture(_ input: Value, _ mixture: MixtureOfExperts) throws(GraphError) -> Value {
    try graph.within(mixture.name) { () throws(GraphError) in
      let experts = mixture.gate.shape[0], hidden = mixture.gate.shape[2]
      let flat = try graph.reshape(input, [-1, hidden])
      let shares = try routed(flat, mixture, experts)
      let batch = try graph.extentVector(0, of: input)
      // [tokens, hidden] for each expert: [experts, tokens, hidden]
      let tiled = try graph.append(Tile(), [flat, graph.integers([experts, 1])])
      let perExpert = try graph.reshape(tiled, [experts, -1, hidden])
      let gate = try expert(perExpert, mixture.gate, "gate_proj", mixture)
      let up = try expert(perExpert, mixture.up, "up_proj", mixture)
      let product = try graph.multiply(graph.unary(.swish, gate), up)
      let down = try expert(product, mixture.down, "down_proj", mixture)
      let outShape = try graph.concat(
        [graph.integers([experts]), batch, graph.integers([-1]), graph.integers([hidden])], axis: 0)
      let shareShape = try graph.concat([graph.integers([experts]), batch, graph.integers([-1])], axis: 0)
      // [experts, batch, tokens, hidden] · [experts, batch, tokens, 1]
      let results = try graph.append(Reshape(specialZero: false), [down, outShape])
      let spread = try graph.append(Reshape(specialZero: false), [shares, shareShape])
      let weighted = try graph.multiply(results, graph.unsqueeze(spread, -1))
      let sum = try graph.reduce(.sum, weighted, axis: 0, keepsDimensions: false)
      return try graph.reshape(sum, [0, -1, hidden])
    }
  }

  private func expert(
    _ input: Value, _ weight: Weight, _ name: String, _ mixture: MixtureOfExperts
  ) throws(GraphError) -> Value {
    let matrices = try graph.weight(weight, role: .expert, name: mixture.name + ".experts.\(name).weight")
    return try graph.append(MatMul(transposeB: true), [input, matrices], name: "experts/\(name)/MatMul")
  }

  /// The share of each expert in each token: [experts, tokens], zero for those that were not chosen.
  private func routed(
    _ flat: Value, _ mixture: MixtureOfExperts, _ experts: Int
  ) throws(GraphError) -> Value {
    let logits = try graph.linear(flat, mixture.router, role: .router)
    let all = try graph.append(Softmax(axis: -1), [logits])
    let best = try graph.appendAll(TopK(axis: -1), [all, graph.integer(mixture.expertsPerToken)])
    var shares = best[0]
    if mixture.normalizesShares {
      shares = try graph.binary(.divide, shares, graph.reduce(.sum, shares, axis: -1, keepsDimensions: true))
    }
    let zeros = try graph.broadcast(graph.float(0), to: graph.append(ShapeOf(), [all]))
    let scattered = try graph.append(
      ScatterElementsUpdate(), [zeros, best[1], shares, graph.integer(1)])
    return try graph.transpose(scattered, [1, 0])
  }
}
