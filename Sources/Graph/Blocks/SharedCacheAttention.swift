import Tensors

/// Attention over the keys and values of an earlier layer: it has queries of its own and nothing else.
package struct SharedCacheAttention: TokenMixer {
  /// The module's name, which the nodes are named after.
  package var name: String
  /// From hidden to queries.
  package var query: Linear
  /// Over each head.
  package var queryNorm: Normalization
  /// Rotary positions of queries.
  package var rotary: RotaryEmbedding
  /// How queries, keys and values become a result.
  package var scores: AttentionScores
  /// From the result to hidden.
  package var output: Linear
  /// The layer whose keys and values are read.
  package var source: Int

  /// Attention over another layer's cache.
  package init(
    name: String, query: Linear, queryNorm: Normalization, rotary: RotaryEmbedding, scores: AttentionScores,
    output: Linear, source: Int
  ) {
    self.name = name
    self.query = query
    self.queryNorm = queryNorm
    self.rotary = rotary
    self.scores = scores
    self.output = output
    self.source = source
  }

  package func mix(_ input: Value, in decoder: DecoderBuilder, layer: Int) throws(GraphError) -> Value {
    let graph = decoder.graph
    return try graph.within(name) { () throws(GraphError) in
      guard let cache = decoder.caches[source] else {
        throw GraphError(.incomplete, "layer \(layer) reads the cache of layer \(source), which has none")
      }
      let heads = try graph.reshape(
        graph.linear(input, query), [0, 0, scores.headCount, scores.headDimension])
      let turned = try graph.rotate(
        graph.transpose(graph.normalize(heads, queryNorm), [0, 2, 1, 3]), decoder.rotary(rotary))
      return try graph.linear(decoder.attended(turned, cache, scores), output)
    }
  }
}
