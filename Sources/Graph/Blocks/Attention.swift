import Tensors

/// Multi-head attention with a cache: projections, norms, rotary positions and scores. Parameters are named after
/// the keys of `config.json` where there is one.
public struct Attention: Sendable {
  /// Where a normalisation of queries and keys sits.
  public enum HeadNorm: Sendable {
    /// Over all heads together, before they are told apart.
    case whole(Normalization)
    /// Over each head.
    case perHead(Normalization)
    /// Over each head, after the rotary positions.
    case perHeadAfterRotary(Normalization)
  }

  /// Query heads (`num_attention_heads`).
  public var headCount: Int
  /// Key and value heads (`num_key_value_heads`), a divisor of the query heads.
  public var keyValueHeadCount: Int
  /// The size of a head (`head_dim`).
  public var headDimension: Int
  /// The module's name, which the nodes are named after.
  public var name: String
  /// The projections.
  public var query, key, value, output: Linear
  /// Norms of queries and keys.
  public var queryNorm: HeadNorm?, keyNorm: HeadNorm?
  /// Rotary positions; nil for layers without.
  public var rotary: RotaryEmbedding?
  /// What scores are multiplied by; nil for 1/√(head size).
  public var scale: Float?
  /// Scores are limited smoothly to ± this (`attn_logit_softcapping`).
  public var softcap: Float?
  /// How many tokens back a token sees, itself included; nil for all.
  public var slidingWindow: Int?

  /// Queries, keys and values are limited to ± this (`clip_qkv`).
  public var clip: Float?

  /// Attention with its four projections; the rest is set where it differs.
  public init(
    name: String, headCount: Int, keyValueHeadCount: Int, headDimension: Int, query: Linear, key: Linear,
    value: Linear, output: Linear
  ) {
    self.name = name
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    self.query = query
    self.key = key
    self.value = value
    self.output = output
  }

  /// Reorders queries and keys of a checkpoint whose rotary positions pair neighbours (0 with 1, 2 with 3 …) so that
  /// element i is paired with i + dimension/2. Scores do not change when both are reordered alike, and whole rows
  /// move, so quantised blocks stay as they are.
  public mutating func pairNeighbours(_ dimension: Int) {
    func order(_ heads: Int) -> [Int] {
      let turning =
        Array(stride(from: 0, to: dimension, by: 2)) + Array(stride(from: 1, to: dimension, by: 2))
      let head = turning + Array(dimension..<headDimension)
      return (0..<heads).flatMap { index in head.map { $0 + index * headDimension } }
    }
    query = query.reordered(order(headCount))
    key = key.reordered(order(keyValueHeadCount))
  }
}

extension DecoderBuilder {
  /// [batch, tokens, hidden] → [batch, tokens, hidden]; `layer` numbers the cache.
  public func attend(_ input: Value, _ attention: Attention, layer: Int) throws(GraphError) -> Value {
    try graph.within(attention.name) { () throws(GraphError) in
      var projected = try graph.linears(
        input, [attention.query, attention.key, attention.value], merging: options.mergeProjections)
      if let clip = attention.clip {
        projected = try projected.map { value throws(GraphError) in
          try graph.append(Clamp(limits: -clip...clip), [value])
        }
      }
      let tables = try attention.rotary.map { rotary throws(GraphError) in try self.rotary(rotary) }
      let query = try heads(projected[0], attention.headCount, attention, attention.queryNorm, tables)
      let key = try heads(projected[1], attention.keyValueHeadCount, attention, attention.keyNorm, tables)
      let value = try heads(projected[2], attention.keyValueHeadCount, attention, nil, nil)
      let cache = try cached(keys: key, values: value, layer: layer)
      let keys = try repeated(cache.keys, attention), values = try repeated(cache.values, attention)
      let mask = try mask(window: attention.slidingWindow)
      let mixed = try scored(query, keys, values, mask, attention)
      // [batch, heads, tokens, head size] → [batch, tokens, heads · head size]
      let joined = try graph.reshape(
        graph.transpose(mixed, [0, 2, 1, 3]), [0, 0, attention.headCount * attention.headDimension])
      return try graph.linear(joined, attention.output)
    }
  }

  /// [batch, tokens, heads · head size] → [batch, heads, tokens, head size], normalised and turned.
  private func heads(
    _ input: Value, _ count: Int, _ attention: Attention, _ norm: Attention.HeadNorm?, _ tables: RotaryTables?
  ) throws(GraphError) -> Value {
    var value = input
    if case .whole(let norm) = norm { value = try graph.normalize(value, norm) }
    value = try graph.reshape(value, [0, 0, count, attention.headDimension])
    if case .perHead(let norm) = norm { value = try graph.normalize(value, norm) }
    value = try graph.transpose(value, [0, 2, 1, 3])
    if let tables { value = try graph.rotate(value, tables) }
    if case .perHeadAfterRotary(let norm) = norm { value = try graph.normalize(value, norm) }
    return value
  }

  /// Each key or value head repeated for the query heads that share it.
  private func repeated(_ input: Value, _ attention: Attention) throws(GraphError) -> Value {
    let share = attention.headCount / attention.keyValueHeadCount
    guard share > 1 else { return input }
    // The target has ones where extents stay: a zero would break as soon as the sequence is of fixed length.
    let spread = try graph.broadcast(graph.unsqueeze(input, 2), to: graph.integers([1, 1, share, 1, 1]))
    return try graph.reshape(spread, [0, attention.headCount, -1, attention.headDimension])
  }

  /// Softmax(q · kᵀ · scale + mask) · v, as one node where there is one.
  private func scored(
    _ query: Value, _ keys: Value, _ values: Value, _ mask: Value, _ attention: Attention
  ) throws(GraphError) -> Value {
    guard let softcap = attention.softcap else {
      let scale = try attention.scale.map { scale throws(GraphError) in try graph.float(scale) }
      return try graph.append(
        ScaledDotProductAttention(), [query, keys, values, mask] + (scale.map { [$0] } ?? []))
    }
    // No operation limits scores, so attention is spelled out.
    let scale = attention.scale ?? 1 / Float(attention.headDimension).squareRoot()
    let scores = try graph.scaled(graph.append(MatMul(transposeB: true), [query, keys]), by: scale)
    let limited = try graph.unary(.tanh, graph.binary(.divide, scores, graph.float(softcap)))
    let masked = try graph.add(graph.multiply(limited, graph.float(softcap)), mask)
    return try graph.append(MatMul(), [graph.append(Softmax(axis: -1), [masked]), values])
  }
}
