import Tensors

/// How a token's experts are chosen, and with what weight each answers. Parameters are named after the keys of
/// `config.json` where there is one.
package struct ExpertRouting: Sendable {
  /// How the router's numbers become scores of the experts.
  package enum Scoring: Sendable, Hashable {
    /// Weights of one.
    case softmax
    /// Each expert for itself.
    case sigmoid
    /// Two experts, each with its weight among those whose number is not much smaller, by this part
    /// (SparseMixer, arXiv 2409.12136; `router_jitter_noise`).
    case sparseMixer(jitter: Float)
  }

  /// Experts in groups, of which only the best are looked at (`n_group`, `topk_group`).
  package struct Groups: Sendable, Hashable {
    /// How many groups there are.
    package var count: Int
    /// How many are looked at.
    package var chosen: Int
    /// How many of its best experts a group's score adds up: 1 or 2.
    package var summed: Int

    /// Groups of equal size.
    package init(count: Int, chosen: Int, summed: Int) {
      self.count = count
      self.chosen = chosen
      self.summed = summed
    }
  }

  /// The matrix [experts, hidden] that scores the experts.
  package var router: Linear
  /// How many experts a token uses (`num_experts_per_tok`).
  package var expertsPerToken: Int
  /// Whether the chosen experts' weights are made to add up to one (`norm_topk_prob`).
  package var normalizesShares: Bool
  /// How scores are made.
  package var scoring: Scoring = .softmax
  /// What is added to scores for the choice alone, and not for the weights (`e_score_correction_bias`), [experts].
  package var correctionBias: Weight?
  /// The groups, where experts are in groups.
  package var groups: Groups?
  /// What weights are multiplied by at last (`routed_scaling_factor`).
  package var scalingFactor: Float = 1

  /// What each expert's weight is multiplied by at last, [experts].
  package var expertScale: Weight?

  /// Whether NPUW can know the choice by its form (`choiceForNPUW`).
  package var isKnownToNPUW: Bool {
    guard scoring == .softmax, correctionBias == nil, groups == nil else { return false }
    return router.bias == nil || (normalizesShares && expertScale == nil)
  }

  /// The experts with the largest weights.
  package init(router: Linear, expertsPerToken: Int, normalizesShares: Bool) {
    self.router = router
    self.expertsPerToken = expertsPerToken
    self.normalizesShares = normalizesShares
  }
}

extension DecoderBuilder {
  /// The chosen experts of each token and their weights, each [tokens, experts per token].
  struct Choice {
    var experts: Value
    var weights: Value
    /// What the sum of what they answer is multiplied by, [tokens, 1] or a scalar; nil for one.
    var factor: Value?
  }

  /// The weight of each expert in each token: [experts, tokens], zero for those that were not chosen.
  /// - Parameter flat: [tokens, hidden].
  func routed(_ flat: Value, _ choice: Choice, experts: Int) throws(GraphError) -> Value {
    let shape = try graph.concat([graph.extentVector(0, of: flat), graph.integers([experts])], axis: 0)
    let zeros = try graph.broadcast(graph.float(0), to: shape)
    let scattered = try graph.append(
      ScatterElementsUpdate(), [zeros, choice.experts, choice.weights, graph.integer(1)])
    return try graph.transpose(scattered, [1, 0])
  }

  /// Chooses experts for tokens [tokens, hidden].
  func choose(_ flat: Value, _ routing: ExpertRouting) throws(GraphError) -> Choice {
    let logits = try graph.linear(flat, routing.router, role: .router)
    if options.isForNPU, options.kind == .stateful, routing.isKnownToNPUW {
      return try choiceForNPUW(logits, routing)
    }
    var choice: Choice
    switch routing.scoring {
    case .sparseMixer(let jitter): choice = try sparselyMixed(logits, jitter: jitter)
    case .softmax: choice = try best(graph.append(Softmax(axis: -1), [logits]), routing)
    case .sigmoid: choice = try best(graph.unary(.sigmoid, logits), routing)
    }
    if routing.normalizesShares {
      // Sums that a sigmoid makes may come near zero.
      let sum = try graph.reduce(.sum, choice.weights, axis: -1, keepsDimensions: true)
      let safe = routing.scoring == .softmax ? sum : try graph.add(sum, graph.float(1e-20))
      choice.weights = try graph.binary(.divide, choice.weights, safe)
    }
    choice.weights = try graph.scaled(choice.weights, by: routing.scalingFactor)
    if let scale = routing.expertScale { choice.weights = try scaled(choice, by: scale) }
    return choice
  }

  /// A choice in a form by which NPUW finds how many experts a token uses. In any other it computes every expert for every
  /// token, and says nothing (docs/npu.md).
  ///
  /// * A softmax, the largest, these divided by their sum, and scattered. So parts that are not to add up to one do so here,
  ///   and the answers are multiplied by their sum.
  /// * With a factor for each expert, a slice after it.
  /// * Where the router has a bias, the largest numbers, a softmax over them, and a slice, under a name with `mlp.router`.
  private func choiceForNPUW(_ logits: Value, _ routing: ExpertRouting) throws(GraphError) -> Choice {
    let count = try graph.integer(routing.expertsPerToken)
    func whole(_ weights: Value) throws(GraphError) -> Value {
      try graph.slice(weights, from: 0, to: routing.expertsPerToken, axis: 1)
    }
    var choice: Choice
    if routing.router.bias != nil {
      let best = try graph.within(routing.router.name) { () throws(GraphError) in
        try graph.appendAll(TopK(axis: -1), [logits, count])
      }
      choice = Choice(experts: best[1], weights: try whole(graph.append(Softmax(axis: -1), [best[0]])))
    } else {
      let best = try graph.appendAll(TopK(axis: -1), [graph.append(Softmax(axis: -1), [logits]), count])
      let sum = try graph.reduce(.sum, best[0], axis: -1, keepsDimensions: true)
      choice = Choice(experts: best[1], weights: try graph.binary(.divide, best[0], sum))
      if !routing.normalizesShares { choice.factor = sum }
      if let scale = routing.expertScale {
        choice.weights = try whole(scaled(choice, by: scale))
      }
    }
    guard routing.scalingFactor != 1 else { return choice }
    let factor = try graph.float(routing.scalingFactor)
    choice.factor = if let sum = choice.factor { try graph.multiply(sum, factor) } else { factor }
    return choice
  }

  /// The weights of a choice, each times its expert's own factor.
  private func scaled(_ choice: Choice, by scale: Weight) throws(GraphError) -> Value {
    let factors = try graph.weight(scale, role: .table, name: graph.currentPath + ".per_expert_scale")
    return try graph.multiply(choice.weights, graph.gather(factors, choice.experts, axis: 0))
  }

  private func best(_ scores: Value, _ routing: ExpertRouting) throws(GraphError) -> Choice {
    let count = try graph.integer(routing.expertsPerToken)
    guard routing.correctionBias != nil || routing.groups != nil else {
      let best = try graph.appendAll(TopK(axis: -1), [scores, count])
      return Choice(experts: best[1], weights: best[0])
    }
    var ranked = scores
    if let bias = routing.correctionBias {
      let name = graph.currentPath + ".e_score_correction_bias"
      ranked = try graph.add(ranked, graph.weight(bias, role: .bias, name: name))
    }
    if let groups = routing.groups { ranked = try withinBestGroups(ranked, groups) }
    let experts = try graph.appendAll(TopK(axis: -1), [ranked, count])[1]
    return Choice(experts: experts, weights: try graph.append(GatherElements(axis: 1), [scores, experts]))
  }

  /// The scores [tokens, experts] with those outside of the best groups made so small that none is chosen.
  private func withinBestGroups(
    _ scores: Value, _ groups: ExpertRouting.Groups
  ) throws(GraphError) -> Value {
    guard let experts = scores.shape[1].fixed else { return scores }
    let grouped = try graph.reshape(scores, [-1, groups.count, experts / groups.count])
    let best = try graph.append(TopK(axis: -1), [grouped, graph.integer(groups.summed)])
    let total = try graph.reduce(.sum, best, axis: -1, keepsDimensions: false)
    let chosen = try graph.appendAll(TopK(axis: -1), [total, graph.integer(groups.chosen)])[1]
    let zeros = try graph.broadcast(graph.float(0), to: graph.append(ShapeOf(), [total]))
    let ones = try graph.broadcast(graph.float(1), to: graph.append(ShapeOf(), [chosen]))
    let marks = try graph.append(ScatterElementsUpdate(), [zeros, chosen, ones, graph.integer(1)])
    let isOpen = try graph.binary(.greater, graph.unsqueeze(marks, 2), graph.float(0.5))
    let open = try graph.append(Select(), [isOpen, grouped, graph.float(-65504)])
    return try graph.reshape(open, [-1, experts])
  }

  /// The two best experts. The weight of each is its part of a softmax over those logits that are less smaller than
  /// 2 · jitter of the larger of their own size and the best; the second's softmax leaves the first out.
  private func sparselyMixed(_ logits: Value, jitter: Float) throws(GraphError) -> Choice {
    let best = try graph.appendAll(TopK(axis: -1), [logits, graph.integer(2)])
    let experts = try graph.split(best[1], [1, 1], axis: 1)
    let largest = try graph.split(best[0], [1, 1], axis: 1)
    let far = try graph.broadcast(graph.float(-65504), to: graph.append(ShapeOf(), [experts[0]]))
    let rest = try graph.append(
      ScatterElementsUpdate(), [logits, experts[0], far, graph.integer(1)])
    let magnitude = try graph.unary(.abs, logits)
    func weight(_ candidates: Value, _ top: Value) throws(GraphError) -> Value {
      let bound = try graph.scaled(graph.binary(.maximum, magnitude, top), by: 2 * jitter)
      let isNear = try graph.binary(.lessEqual, graph.binary(.subtract, top, logits), bound)
      let powers = try graph.unary(.exp, graph.binary(.subtract, candidates, top))
      let near = try graph.append(Select(), [isNear, powers, graph.float(0)])
      return try graph.binary(
        .divide, graph.float(1), graph.reduce(.sum, near, axis: -1, keepsDimensions: true))
    }
    let weights = try graph.concat([weight(logits, largest[0]), weight(rest, largest[1])], axis: 1)
    return Choice(experts: best[1], weights: weights)
  }
}
