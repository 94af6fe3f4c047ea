import Tensors

/// A state of several copies of which a layer works on one, predicts the others and corrects them afterwards
/// (AltUp, arXiv 2301.13310).
package struct AlternatingUpdates: Sendable {
  /// The module's name, which the nodes are named after.
  package var name: String
  /// How many copies there are (`altup_num_inputs`).
  package var count: Int
  /// The copy that a layer works on (`altup_active_idx`).
  package var active: Int
  /// Before the router; what it is divided by included.
  package var routerNorm: Normalization
  /// From hidden to a number for each copy.
  package var router: Linear
  /// From those to how much of each copy goes into the prediction of each.
  package var prediction: Linear
  /// From those to how much of the correction each copy gets.
  package var correction: Linear

  /// Updates of several copies.
  package init(
    name: String, count: Int, active: Int, routerNorm: Normalization, router: Linear, prediction: Linear,
    correction: Linear
  ) {
    self.name = name
    self.count = count
    self.active = active
    self.routerNorm = routerNorm
    self.router = router
    self.prediction = prediction
    self.correction = correction
  }
}

extension DecoderBuilder {
  /// One of the copies [batch, tokens, copies, hidden] → [batch, tokens, hidden].
  package func copy(_ index: Int, of copies: Value) throws(GraphError) -> Value {
    try graph.gather(copies, graph.integer(index), axis: 2)
  }

  /// What the copies [batch, tokens, copies, hidden] are expected to be after a layer.
  package func predicted(_ copies: Value, _ updates: AlternatingUpdates) throws(GraphError) -> Value {
    try graph.within(updates.name) { () throws(GraphError) in
      let shares = try graph.linear(
        routed(copy(updates.active, of: copies), updates), updates.prediction, role: .router)
      let matrix = try graph.reshape(shares, [0, 0, updates.count, updates.count])
      return try graph.add(graph.append(MatMul(), [matrix, copies]), copies)
    }
  }

  /// The predictions corrected by what the layer made of the active one.
  package func corrected(
    _ predictions: Value, by result: Value, _ updates: AlternatingUpdates
  ) throws(GraphError) -> Value {
    try graph.within(updates.name) { () throws(GraphError) in
      let shares = try graph.linear(routed(result, updates), updates.correction, role: .router)
      let factors = try graph.unsqueeze(graph.add(shares, graph.float(1)), 3)
      let news = try graph.binary(.subtract, result, copy(updates.active, of: predictions))
      return try graph.add(graph.multiply(graph.unsqueeze(news, 2), factors), predictions)
    }
  }

  private func routed(_ value: Value, _ updates: AlternatingUpdates) throws(GraphError) -> Value {
    try graph.unary(
      .tanh, graph.linear(graph.normalize(value, updates.routerNorm), updates.router, role: .router))
  }

  /// A copy of `hidden` through a matrix, brought to the same magnitude.
  package func projectedCopy(_ source: Value, _ matrix: Linear, like hidden: Value) throws(GraphError)
    -> Value
  {
    func meanSquare(_ value: Value) throws(GraphError) -> Value {
      try graph.reduce(.mean, graph.multiply(value, value), axis: -1, keepsDimensions: true)
    }
    let projected = try graph.linear(source, matrix)
    let size = try graph.unary(.sqrt, graph.binary(.maximum, meanSquare(projected), graph.float(1e-5)))
    let target = try graph.unary(.sqrt, meanSquare(hidden))
    return try graph.binary(.divide, graph.multiply(projected, target), size)
  }
}
