import Tensors

extension DecoderBuilder {
  /// Attention of one new token [1, heads, 1, head size] over a cache of fixed length: softmax(q · kᵀ · scale + mask) · v,
  /// [1, heads, 1, value size].
  ///
  /// Query heads that share a key head become the rows of one product, so that no key or value is repeated, and values
  /// come as [1, heads, value size, tokens], so that none is transposed: an NPU would do both for every token.
  func attendOnce(
    _ query: Value, _ cache: CachedPair, _ mask: Value, _ scores: AttentionScores
  ) throws(GraphError) -> Value {
    let heads = scores.keyValueHeadCount, share = scores.headCount / heads
    let scale = scores.scale ?? 1 / Float(scores.headDimension).squareRoot()
    let rows = try graph.reshape(graph.scaled(query, by: scale), [1, heads, share, scores.headDimension])
    var product = try graph.append(MatMul(transposeB: true), [rows, cache.keys])
    if let softcap = scores.softcap { product = try limited(product, by: softcap) }
    // A mask that differs from head to head is grouped like the queries.
    let mask = scores.slopes == nil ? mask : try graph.reshape(mask, [1, heads, share, -1])
    let weights = try shares(graph.add(product, mask), scores, rows: [1, heads, share, 1])
    let mixed = try graph.append(MatMul(transposeB: true), [weights, cache.values])
    return try graph.reshape(mixed, [1, scores.headCount, 1, scores.valueHeadDimension])
  }

  /// The softmax of scores, of which sinks take their part.
  private func shares(
    _ product: Value, _ scores: AttentionScores, rows: Shape
  ) throws(GraphError) -> Value {
    guard let sinks = scores.sinks else { return try graph.append(Softmax(axis: -1), [product]) }
    let sink = try graph.weight(sinks.reshaped(rows), role: .table, name: graph.currentPath + ".sinks")
    let all = try graph.append(Softmax(axis: -1), [graph.concat([product, sink], axis: -1)])
    return try graph.slice(all, from: 0, to: -1, axis: 3)
  }

  /// Scores that stay within ± `softcap`.
  func limited(_ scores: Value, by softcap: Float) throws(GraphError) -> Value {
    let bounded = try graph.unary(.tanh, graph.binary(.divide, scores, graph.float(softcap)))
    return try graph.multiply(bounded, graph.float(softcap))
  }
}
