import Tensors

/// Attention whose keys and values are made of one small latent vector a token (multi-head latent attention of
/// DeepSeek V2, arXiv 2405.04434). One part of each key turns with its position and is the same for all heads.
///
/// The cache holds whole keys and values, and not the latent vectors: only so the plugins' fused and paged attention
/// read it.
package struct LatentAttention: Sendable {
  /// The module's name, which the nodes are named after.
  package var name: String
  /// From hidden size to `q_lora_rank`, and the norm there; nil where queries are made at once.
  package var queryDown: Linear?, queryNorm: Normalization?
  /// The queries: for each head first what turns (`qk_rope_head_dim`), then the rest (`qk_nope_head_dim`).
  package var query: Linear
  /// From hidden size to the latent vector (`kv_lora_rank`) and behind it what turns of the keys.
  package var latent: Linear
  /// The norm of the latent vector.
  package var latentNorm: Normalization
  /// From the latent vector to what does not turn of each head's key, and to each head's value.
  package var key: Linear, value: Linear
  /// From the heads to hidden size.
  package var output: Linear
  /// The positions.
  package var rotary: RotaryEmbedding
  /// How scores are made; its head size is that of a whole key.
  package var scores: AttentionScores

  /// Latent attention with queries made at once.
  package init(
    name: String, query: Linear, latent: Linear, latentNorm: Normalization, key: Linear, value: Linear,
    output: Linear, rotary: RotaryEmbedding, scores: AttentionScores
  ) {
    self.name = name
    self.query = query
    self.latent = latent
    self.latentNorm = latentNorm
    self.key = key
    self.value = value
    self.output = output
    self.rotary = rotary
    self.scores = scores
  }
}

extension DecoderBuilder {
  /// [batch, tokens, hidden] → [batch, tokens, hidden]; `layer` numbers the cache.
  package func attend(
    _ input: Value, _ attention: LatentAttention, layer: Int
  ) throws(GraphError) -> Value {
    try graph.within(attention.name) { () throws(GraphError) in
      let scores = attention.scores, turning = attention.rotary.dimension
      let tables = try rotary(attention.rotary)
      let down = try graph.linears(
        input, (attention.queryDown.map { [$0] } ?? []) + [attention.latent],
        merging: options.mergeProjections)
      var source = input
      if attention.queryDown != nil {
        source =
          try attention.queryNorm.map { norm throws(GraphError) in
            try graph.normalize(down[0], norm)
          } ?? down[0]
      }
      let query = try heads(graph.linear(source, attention.query), scores.headCount, scores.headDimension)
      let rank = attention.latent.outputCount - turning
      let parts = try graph.split(down[down.count - 1], [rank, turning], axis: 2)
      let latent = try graph.normalize(parts[0], attention.latentNorm)
      let expanded = try graph.linears(
        latent, [attention.key, attention.value], merging: options.mergeProjections)
      let still = try heads(expanded[0], scores.headCount, scores.headDimension - turning)
      let value = try heads(expanded[1], scores.headCount, scores.valueHeadDimension)
      let turned = try graph.rotate(heads(parts[1], 1, turning), tables)
      let shared = try graph.broadcast(turned, to: graph.integers([1, scores.headCount, 1, 1]))
      let joined = try attended(
        graph.rotate(query, tables), graph.concat([shared, still], axis: -1), value, scores, layer: layer)
      return try graph.linear(joined, attention.output)
    }
  }

  /// [batch, tokens, heads · size] → [batch, heads, tokens, size]
  private func heads(_ input: Value, _ count: Int, _ size: Int) throws(GraphError) -> Value {
    try graph.transpose(graph.reshape(input, [0, 0, count, size]), [0, 2, 1, 3])
  }
}
