import Graph
import Tensors

// Attention whose queries, keys and values are stored as one matrix.
extension ModelConfiguration {
  /// Queries, below them keys, and below these values.
  func fusedAttention(
    _ scope: WeightScope, fused name: String = "qkv_proj", output: String = "o_proj", bias: Bool = false,
    outputBias: Bool = false
  ) throws(TensorError) -> Attention {
    let queries = headCount * headDimension, keys = keyValueHeadCount * headDimension
    let fused = try scope[name].linear(queries + 2 * keys, hiddenSize, bias: bias)
    return Attention(
      name: scope.path, headCount: headCount, keyValueHeadCount: keyValueHeadCount,
      headDimension: headDimension,
      query: fused.rows(0..<queries, name: scope["q_proj"].path),
      key: fused.rows(queries..<queries + keys, name: scope["k_proj"].path),
      value: fused.rows(queries + keys..<queries + 2 * keys, name: scope["v_proj"].path),
      output: try scope[output].linear(hiddenSize, queries, bias: outputBias))
  }

  /// For each key-value head, the query heads that share it, its key and its value. With as many key-value heads as
  /// query heads, these are a query, a key and a value for each head.
  func groupedAttention(
    _ scope: WeightScope, fused name: String, output: String, bias: Bool = false, outputBias: Bool = false
  ) throws(TensorError) -> Attention {
    let head = headDimension, groups = keyValueHeadCount
    let share = headCount / groups
    let fused = try scope[name].linear((share + 2) * groups * head, hiddenSize, bias: bias)
    /// Heads `heads` of each group.
    func part(_ heads: Range<Int>, _ name: String) -> Linear {
      let rows = (0..<groups).flatMap { group in
        let start = group * (share + 2)
        return Array((start + heads.lowerBound) * head..<(start + heads.upperBound) * head)
      }
      return fused.reordered(rows).named(scope[name].path)
    }
    return Attention(
      name: scope.path, headCount: headCount, keyValueHeadCount: groups, headDimension: head,
      query: part(0..<share, "q_proj"), key: part(share..<share + 1, "k_proj"),
      value: part(share + 1..<share + 2, "v_proj"),
      output: try scope[output].linear(hiddenSize, headCount * head, bias: outputBias))
  }
}
