import Tensors

/// How queries, keys and values of a layer become its result, whichever way they were made. Parameters are named
/// after the keys of `config.json` where there is one.
package struct AttentionScores: Sendable {
  /// Query heads (`num_attention_heads`).
  package var headCount: Int
  /// Key and value heads (`num_key_value_heads`), a divisor of the query heads.
  package var keyValueHeadCount: Int
  /// The size of a query's and key's head (`head_dim`).
  package var headDimension: Int
  /// The size of a value's head (`v_head_dim`); that of the keys in most families.
  package var valueHeadDimension: Int
  /// What scores are multiplied by; nil for 1/√(head size).
  package var scale: Float?
  /// Scores are limited smoothly to ± this (`attn_logit_softcapping`).
  package var softcap: Float?
  /// How many tokens back a token sees, itself included; nil for all.
  package var slidingWindow: Int?
  /// Texts are cut into pieces of so many tokens, and a token sees its own piece only (`attention_chunk_size`).
  package var attentionChunkSize: Int?
  /// A score for each head, [heads], that takes its share of the softmax and gives nothing (`sinks`).
  package var sinks: Weight?
  /// Linear biases by distance: a slope for each query head (ALiBi).
  package var slopes: [Float]?
  /// A factor on queries that grows with their position.
  package var temperature: QueryTemperature?

  /// Scores of heads of one size; the rest is set where it differs.
  package init(headCount: Int, keyValueHeadCount: Int, headDimension: Int) {
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    valueHeadDimension = headDimension
  }
}

/// A factor on queries at a position: 1 + scale · ln(1 + ⌊(position + offset) / floor⌋), so that attention stays sharp
/// in long texts (Llama 4, arXiv 2501.19399).
package struct QueryTemperature: Sendable, Hashable {
  /// `attn_scale` or `llama_4_scaling_beta`.
  package var scale: Float
  /// `floor_scale` or `original_max_position_embeddings`.
  package var floor: Float
  /// What is added to the position.
  package var offset: Float

  /// A factor.
  package init(scale: Float, floor: Float, offset: Float) {
    self.scale = scale
    self.floor = floor
    self.offset = offset
  }
}

extension DecoderBuilder {
  /// Queries, keys and values, each [batch, heads, tokens, head size] → [batch, tokens, heads · value size]. The new
  /// keys and values join those of earlier runs in the cache that `layer` numbers.
  func attended(
    _ query: Value, _ key: Value, _ value: Value, _ scores: AttentionScores, layer: Int
  ) throws(GraphError) -> Value {
    let cache = try cached(keys: key, values: value, layer: layer)
    caches[layer] = cache
    return try attended(query, cache, scores)
  }

  /// Queries [batch, heads, tokens, head size] over keys and values of all tokens → [batch, tokens, heads · value size].
  func attended(
    _ query: Value, _ cache: CachedPair, _ scores: AttentionScores
  ) throws(GraphError) -> Value {
    var query = query
    if let temperature = scores.temperature {
      query = try graph.multiply(query, temperatureFactor(temperature))
    }
    let mask = try mask(
      Visibility(window: scores.slidingWindow, chunk: scores.attentionChunkSize, slopes: scores.slopes))
    let mixed = try mixed(query, cache, mask, scores)
    // [batch, heads, tokens, value size] → [batch, tokens, heads · value size]
    return try graph.reshape(
      graph.transpose(mixed, [0, 2, 1, 3]), [0, 0, scores.headCount * scores.valueHeadDimension])
  }

  /// [batch, heads, tokens, value size]: what the new tokens take from the cache.
  private func mixed(
    _ query: Value, _ cache: CachedPair, _ mask: Value, _ scores: AttentionScores
  ) throws(GraphError) -> Value {
    if case .decode = options.kind { return try attendOnce(query, cache, mask, scores) }
    let keys = try repeated(cache.keys, scores, scores.headDimension)
    let values = try repeated(cache.values, scores, scores.valueHeadDimension)
    return try scored(query, keys, values, mask, scores)
  }

  /// [batch, 1, tokens, 1], made once for all layers that share it.
  private func temperatureFactor(_ temperature: QueryTemperature) throws(GraphError) -> Value {
    if let factor = temperatures[temperature] { return factor }
    let factor = try graph.within("temperature") { () throws(GraphError) in
      let places = try graph.add(graph.convert(positions, to: .f32), graph.float(temperature.offset))
      let steps = try graph.unary(.floor, graph.binary(.divide, places, graph.float(temperature.floor)))
      let growth = try graph.unary(.log, graph.add(steps, graph.float(1)))
      let factor = try graph.add(graph.scaled(growth, by: temperature.scale), graph.float(1))
      return try prepared("temperature", graph.unsqueeze(graph.unsqueeze(factor, 1), 3))
    }
    temperatures[temperature] = factor
    return factor
  }

  /// Each key or value head repeated for the query heads that share it.
  private func repeated(
    _ input: Value, _ scores: AttentionScores, _ size: Int
  ) throws(GraphError) -> Value {
    let share = scores.headCount / scores.keyValueHeadCount
    guard share > 1 else { return input }
    // The target has ones where extents stay: a zero would break as soon as the sequence is of fixed length.
    let spread = try graph.broadcast(graph.unsqueeze(input, 2), to: graph.integers([1, 1, share, 1, 1]))
    return try graph.reshape(spread, [0, scores.headCount, -1, size])
  }

  /// Softmax(q · kᵀ · scale + mask) · v, as one node where there is one.
  private func scored(
    _ query: Value, _ keys: Value, _ values: Value, _ mask: Value, _ scores: AttentionScores
  ) throws(GraphError) -> Value {
    let plain = 1 / Float(scores.headDimension).squareRoot()
    if scores.softcap == nil, scores.attentionChunkSize == nil {
      var inputs = [query, keys, values, mask]
      if scores.scale != nil || scores.sinks != nil {
        inputs.append(try graph.float(scores.scale ?? plain))
      }
      if let sinks = scores.sinks {
        let shaped = sinks.reshaped([1, scores.headCount, 1, 1])
        inputs.append(try graph.weight(shaped, role: .table, name: graph.currentPath + ".sinks"))
      }
      return try graph.append(ScaledDotProductAttention(), inputs)
    }
    guard scores.sinks == nil else {
      throw GraphError(.unsupported, "attention sinks together with limited or chunked scores")
    }
    // No operation limits scores, and paged attention knows no chunks: it would take chunked attention for one that
    // sees everything, without a word. So attention is spelled out.
    var product = try graph.scaled(
      graph.append(MatMul(transposeB: true), [query, keys]), by: scores.scale ?? plain)
    if let softcap = scores.softcap { product = try limited(product, by: softcap) }
    let masked = try graph.add(product, mask)
    return try graph.append(MatMul(), [graph.append(Softmax(axis: -1), [masked]), values])
  }
}
