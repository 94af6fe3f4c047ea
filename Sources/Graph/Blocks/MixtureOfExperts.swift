import Tensors

/// A feed-forward part made of many experts of which each token uses a few.
package struct MixtureOfExperts: Sendable {
  /// What an expert computes between its matrices.
  package enum Form: Sendable {
    /// activation(gate · x) · (up · x), the matrices [experts, intermediate, hidden].
    case gated(gate: Weight, up: Weight, Activation)
    /// activation(up · x), the matrix [experts, intermediate, hidden].
    case plain(up: Weight, Activation)
    /// The gate, limited from above, times its sigmoid; times the other half, limited both ways, plus one.
    case clamped(ClampedGate)
  }

  /// The module's name, which the nodes are named after.
  package var name: String
  /// How experts are chosen.
  package var routing: ExpertRouting
  /// From hidden to intermediate size.
  package var form: Form
  /// All down projections, [experts, hidden, intermediate].
  package var down: Weight
  /// What is added after them, [experts, hidden].
  package var downBias: Weight?
  /// Where experts work in a smaller space, the way into it and out.
  package var latent: LatentProjection?
  /// Whether the routing weight scales what an expert gets and not what it gives (Llama 4).
  package var weighsInput = false

  /// A mixture of experts with the gated form.
  package init(
    name: String, routing: ExpertRouting, gate: Weight, up: Weight, down: Weight,
    activation: Activation = .silu
  ) {
    self.name = name
    self.routing = routing
    form = .gated(gate: gate, up: up, activation)
    self.down = down
  }

  /// A mixture of experts of two matrices.
  package init(name: String, routing: ExpertRouting, up: Weight, down: Weight, activation: Activation) {
    self.name = name
    self.routing = routing
    form = .plain(up: up, activation)
    self.down = down
  }

  /// A mixture of experts with limited gates and biases.
  package init(
    name: String, routing: ExpertRouting, clamped: ClampedGate, down: Weight, downBias: Weight
  ) {
    self.name = name
    self.routing = routing
    form = .clamped(clamped)
    self.down = down
    self.downBias = downBias
  }

  /// A mixture of experts with the gated form, SiLU, and weights that are a softmax.
  package init(
    name: String, router: Linear, gate: Weight, up: Weight, down: Weight, expertsPerToken: Int,
    normalizesShares: Bool
  ) {
    let routing = ExpertRouting(
      router: router, expertsPerToken: expertsPerToken, normalizesShares: normalizesShares)
    self.init(name: name, routing: routing, gate: gate, up: up, down: down)
  }

  /// How many experts there are.
  var count: Int { down.shape[0] }
}

/// The way into the smaller space in which experts work, and out of it.
package struct LatentProjection: Sendable {
  /// From hidden to the experts' size.
  package var into: Linear
  /// From the experts' size to hidden.
  package var outOf: Linear

  /// Both ways.
  package init(into: Linear, outOf: Linear) {
    self.into = into
    self.outOf = outOf
  }
}

/// The first half of gpt-oss' experts.
package struct ClampedGate: Sendable {
  /// Gates in the even rows and up projections in the odd ones, [experts, 2 · intermediate, hidden].
  package var gateUp: Weight
  /// What is added, [experts, 2 · intermediate].
  package var bias: Weight
  /// The limit (`swiglu_limit`).
  package var limit: Float
  /// What the gate is multiplied by inside of the sigmoid (`swiglu_alpha`).
  package var alpha: Float

  /// The half with its limits.
  package init(gateUp: Weight, bias: Weight, limit: Float, alpha: Float) {
    self.gateUp = gateUp
    self.bias = bias
    self.limit = limit
    self.alpha = alpha
  }
}

extension DecoderBuilder {
  /// [batch, tokens, hidden] → [batch, tokens, hidden].
  ///
  /// The graph computes every expert for every token; its form is the one that the plugins replace by a
  /// multiplication with the chosen experts only (GatherMatmul).
  /// - Parameter router: what experts are chosen by, where it is not the input.
  package func mixture(
    _ input: Value, _ mixture: MixtureOfExperts, chosenBy router: Value? = nil
  ) throws(GraphError) -> Value {
    try graph.within(mixture.name) { () throws(GraphError) in
      let scored = try graph.reshape(router ?? input, [-1, mixture.routing.router.weight.shape[1]])
      let choice = try choose(scored, mixture.routing)
      guard let latent = mixture.latent else { return try answered(input, choice, mixture) }
      return try graph.linear(answered(graph.linear(input, latent.into), choice, mixture), latent.outOf)
    }
  }

  /// What the chosen experts answer, [batch, tokens, size] → the same.
  private func answered(
    _ input: Value, _ choice: Choice, _ mixture: MixtureOfExperts
  ) throws(GraphError) -> Value {
    let experts = mixture.count, hidden = mixture.down.shape[1]
    var flat = try graph.reshape(input, [-1, hidden])
    var choice = choice
    let singlyWeighed = mixture.weighsInput && mixture.routing.expertsPerToken == 1
    if singlyWeighed {
      // The only expert's weight can scale the token before it is spread to the experts.
      flat = try graph.multiply(flat, choice.weights)
      choice.weights = try graph.broadcast(graph.float(1), to: graph.append(ShapeOf(), [choice.weights]))
    }
    let weights = try routed(flat, choice, experts: experts)
    let batch = try graph.extentVector(0, of: input)
    // [tokens, hidden] for each expert: [experts, tokens, hidden]
    let tiled = try graph.append(Tile(), [flat, graph.integers([experts, 1])])
    var perExpert = try graph.reshape(tiled, [experts, -1, hidden])
    if mixture.weighsInput, !singlyWeighed {
      perExpert = try graph.multiply(perExpert, graph.unsqueeze(weights, -1))
    }
    var down = try expert(expanded(perExpert, mixture), mixture.down, "down_proj", mixture)
    if let bias = mixture.downBias { down = try added(down, bias, "down_proj", mixture) }
    let outShape = try graph.concat(
      [graph.integers([experts]), batch, graph.integers([-1]), graph.integers([hidden])], axis: 0)
    // [experts, batch, tokens, hidden]
    let results = try graph.append(Reshape(specialZero: false), [down, outShape])
    if mixture.weighsInput, !singlyWeighed {
      return try graph.reshape(
        graph.reduce(.sum, results, axis: 0, keepsDimensions: false), [0, -1, hidden])
    }
    let weightShape = try graph.concat([graph.integers([experts]), batch, graph.integers([-1])], axis: 0)
    // · [experts, batch, tokens, 1]
    let spread = try graph.append(Reshape(specialZero: false), [weights, weightShape])
    let weighted = try graph.multiply(results, graph.unsqueeze(spread, -1))
    let sum = try graph.reduce(.sum, weighted, axis: 0, keepsDimensions: false)
    let answer = try graph.reshape(sum, [0, -1, hidden])
    guard var factor = choice.factor else { return answer }
    if factor.shape.rank == 2 {
      let places = try graph.concat([batch, graph.integers([-1]), graph.integers([1])], axis: 0)
      factor = try graph.append(Reshape(specialZero: false), [factor, places])
    }
    return try graph.multiply(answer, factor)
  }

  /// [experts, tokens, hidden] → [experts, tokens, intermediate].
  private func expanded(_ input: Value, _ mixture: MixtureOfExperts) throws(GraphError) -> Value {
    switch mixture.form {
    case .gated(let gate, let up, let activation):
      let opened = try graph.activate(expert(input, gate, "gate_proj", mixture), activation)
      return try graph.multiply(opened, expert(input, up, "up_proj", mixture))
    case .plain(let up, let activation):
      return try graph.activate(expert(input, up, "up_proj", mixture), activation)
    case .clamped(let clamped):
      let both = try added(
        expert(input, clamped.gateUp, "gate_up_proj", mixture), clamped.bias, "gate_up_proj", mixture)
      let up = try graph.append(
        Clamp(limits: -clamped.limit...clamped.limit),
        [graph.slice(both, from: 1, to: .max, by: 2, axis: -1)])
      let gate = try graph.binary(
        .minimum, graph.slice(both, from: 0, to: .max, by: 2, axis: -1), graph.float(clamped.limit))
      return try graph.multiply(
        graph.add(up, graph.float(1)),
        graph.append(Unary(.swish), [gate, graph.float(clamped.alpha)]))
    }
  }

  private func expert(
    _ input: Value, _ weight: Weight, _ name: String, _ mixture: MixtureOfExperts
  ) throws(GraphError) -> Value {
    let matrices = try graph.weight(weight, role: .expert, name: mixture.name + ".experts.\(name).weight")
    return try graph.append(MatMul(transposeB: true), [input, matrices], name: "experts/\(name)/MatMul")
  }

  /// `value` plus a bias [experts, size] of each expert.
  private func added(
    _ value: Value, _ bias: Weight, _ name: String, _ mixture: MixtureOfExperts
  ) throws(GraphError) -> Value {
    let rows = bias.reshaped([bias.shape[0], 1, bias.shape[1]])
    return try graph.add(
      value, graph.weight(rows, role: .bias, name: mixture.name + ".experts.\(name).bias"))
  }
}
