import Tensors

/// Multi-head attention with a cache: projections, norms, rotary positions and scores. Parameters are named after
/// the keys of `config.json` where there is one.
@dynamicMemberLookup
package struct Attention: Sendable {
  /// Where a normalisation of queries and keys sits.
  package enum HeadNorm: Sendable {
    /// Over all heads together, before they are told apart.
    case whole(Normalization)
    /// Over each head.
    case perHead(Normalization)
    /// Over each head, after the rotary positions.
    case perHeadAfterRotary(Normalization)
  }

  /// The module's name, which the nodes are named after.
  package var name: String
  /// The projections.
  package var query, key, value, output: Linear
  /// Norms of queries and keys.
  package var queryNorm: HeadNorm?, keyNorm: HeadNorm?
  /// Over each head of the values.
  package var valueNorm: Normalization?
  /// Rotary positions; nil for layers without.
  package var rotary: RotaryEmbedding?
  /// Queries, keys and values are limited to ± this (`clip_qkv`).
  package var clip: Float?
  /// Whether that happens after the norms and not before.
  package var clipsNormalized = false
  /// What the result is gated with before the output projection, by a sigmoid; [heads · value size].
  package var outputGate: Linear?
  /// A norm over all heads together, before the output projection.
  package var outputNorm: Normalization?
  /// How queries, keys and values become a result. Its parameters can be read and set as the attention's own.
  package var scores: AttentionScores

  /// Attention with its four projections; the rest is set where it differs.
  package init(
    name: String, headCount: Int, keyValueHeadCount: Int, headDimension: Int, query: Linear, key: Linear,
    value: Linear, output: Linear
  ) {
    self.name = name
    scores = AttentionScores(
      headCount: headCount, keyValueHeadCount: keyValueHeadCount, headDimension: headDimension)
    self.query = query
    self.key = key
    self.value = value
    self.output = output
  }

  /// The parameters of `scores`.
  package subscript<Member>(dynamicMember member: WritableKeyPath<AttentionScores, Member>) -> Member {
    get { scores[keyPath: member] }
    set { scores[keyPath: member] = newValue }
  }

  /// Reorders queries and keys of a checkpoint whose rotary positions pair neighbours (0 with 1, 2 with 3 …) so that
  /// element i is paired with i + dimension/2. Scores do not change when both are reordered alike, and whole rows
  /// move, so quantised blocks stay as they are.
  package mutating func pairNeighbours(_ dimension: Int) {
    let headDimension = scores.headDimension
    func order(_ heads: Int) -> [Int] {
      let head = RotaryEmbedding.pairedNeighbours(dimension) + Array(dimension..<headDimension)
      return (0..<heads).flatMap { index in head.map { $0 + index * headDimension } }
    }
    query = query.reordered(order(scores.headCount))
    key = key.reordered(order(scores.keyValueHeadCount))
  }
}

extension DecoderBuilder {
  /// [batch, tokens, hidden] → [batch, tokens, hidden]; `layer` numbers the cache.
  package func attend(_ input: Value, _ attention: Attention, layer: Int) throws(GraphError) -> Value {
    try graph.within(attention.name) { () throws(GraphError) in
      let layers =
        [attention.query, attention.key, attention.value] + (attention.outputGate.map { [$0] } ?? [])
      var projected = try graph.linears(input, layers, merging: options.mergeProjections)
      let gate = attention.outputGate == nil ? nil : projected.removeLast()
      if let clip = attention.clip, !attention.clipsNormalized {
        projected = try projected.map { value throws(GraphError) in
          try graph.append(Clamp(limits: -clip...clip), [value])
        }
      }
      let tables = try attention.rotary.map { rotary throws(GraphError) in try self.rotary(rotary) }
      let query = try heads(projected[0], attention.headCount, attention, attention.queryNorm, tables)
      let key = try heads(projected[1], attention.keyValueHeadCount, attention, attention.keyNorm, tables)
      let value = try heads(
        projected[2], attention.keyValueHeadCount, attention, attention.valueNorm.map { .perHead($0) }, nil)
      var joined = try attended(query, key, value, attention.scores, layer: layer)
      if let gate { joined = try graph.multiply(joined, graph.unary(.sigmoid, gate)) }
      if let norm = attention.outputNorm { joined = try graph.normalize(joined, norm) }
      return try graph.linear(joined, attention.output)
    }
  }

  /// [batch, tokens, heads · head size] → [batch, heads, tokens, head size], normalised and turned.
  private func heads(
    _ input: Value, _ count: Int, _ attention: Attention, _ norm: Attention.HeadNorm?, _ tables: RotaryTables?
  ) throws(GraphError) -> Value {
    var value = input
    if case .whole(let norm) = norm { value = try graph.normalize(value, norm) }
    if let clip = attention.clip, attention.clipsNormalized {
      value = try graph.append(Clamp(limits: -clip...clip), [value])
    }
    value = try graph.reshape(value, [0, 0, count, attention.headDimension])
    if case .perHead(let norm) = norm { value = try graph.normalize(value, norm) }
    value = try headsFirst(value, count, attention.headDimension)
    if let tables { value = try graph.rotate(value, tables) }
    if case .perHeadAfterRotary(let norm) = norm { value = try graph.normalize(value, norm) }
    return value
  }

  /// [batch, tokens, heads, head size] → [batch, heads, tokens, head size].
  ///
  /// Two or three heads are taken apart and put together again: the compiler of an NPU with two tiles (3720) gives
  /// one of them a single head, and cannot unroll such a transposition.
  private func headsFirst(_ input: Value, _ count: Int, _ size: Int) throws(GraphError) -> Value {
    let isDecode = if case .decode = options.kind { true } else { false }
    guard options.isForNPU, options.takesHeadsApart, !isDecode, (2...3).contains(count) else {
      return try graph.transpose(input, [0, 2, 1, 3])
    }
    let heads = try graph.split(input, Array(repeating: 1, count: count), axis: 2)
    return try graph.concat(
      heads.map { head throws(GraphError) in try graph.reshape(head, [0, 1, -1, size]) }, axis: 1)
  }
}
