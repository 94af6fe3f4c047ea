import Graph
import Tensors

extension ModelConfiguration {
  /// Attention of Gemma 3n and 4: heads of queries, keys and values are normalised, scores are not scaled, and some layers
  /// read another's keys and values.
  /// - Parameters:
  ///   - source: the layer whose cache is read, nil for one of its own.
  ///   - sharesKeyProjection: whether values are made by the projection of the keys.
  func gemmaAttention(
    _ scope: WeightScope, rotary: RotaryEmbedding, window: Int?, source: Int?, bias: Bool, epsilon: Float,
    sharesKeyProjection: Bool = false
  ) throws(TensorError) -> any TokenMixer {
    let queries = headCount * headDimension, keys = keyValueHeadCount * headDimension
    let query = try scope["q_proj"].linear(queries, hiddenSize, bias: bias)
    let queryNorm = try scope["q_norm"].rootMeanSquareNorm(headDimension, epsilon: epsilon)
    let output = try scope["o_proj"].linear(hiddenSize, queries, bias: bias)
    if let source {
      var scores = AttentionScores(
        headCount: headCount, keyValueHeadCount: keyValueHeadCount, headDimension: headDimension)
      scores.scale = 1
      scores.slidingWindow = window
      return SharedCacheAttention(
        name: scope.path, query: query, queryNorm: queryNorm, rotary: rotary, scores: scores, output: output,
        source: source)
    }
    let key = try scope["k_proj"].linear(keys, hiddenSize, bias: bias)
    let value = sharesKeyProjection ? key : try scope["v_proj"].linear(keys, hiddenSize, bias: bias)
    var attention = Attention(
      name: scope.path, headCount: headCount, keyValueHeadCount: keyValueHeadCount,
      headDimension: headDimension, query: query, key: key, value: value, output: output)
    attention.queryNorm = .perHead(queryNorm)
    attention.keyNorm = .perHead(try scope["k_norm"].rootMeanSquareNorm(headDimension, epsilon: epsilon))
    attention.valueNorm = Normalization(.rootMeanSquare, name: scope["v_norm"].path, epsilon: epsilon)
    attention.rotary = rotary
    attention.scale = 1
    attention.slidingWindow = window
    return attention
  }
}
