import Graph
import Tensors

/// Which inputs of matrices can be divided by factors for nothing, because the factors fit into what computes them: a
/// norm's weights, or the rows of the matrix before.
package struct ChannelPairs {
  /// What absorbs the factors: weights whose last axis (norms, biases) or rows (matrices) are divided by them.
  package struct Source {
    package var vectors: [WeightOperation]
    /// The matrix, and which of its rows.
    package var matrix: (weight: WeightOperation, rows: Range<Int>)?
    /// How many factors there are.
    package var count: Int
  }

  package struct Pair {
    /// The index of the site in `LinearSites`.
    package var site: Int
    package var source: Source
    /// For each column of the site's matrices the factor that multiplies it.
    package var factorOfColumn: [Int]
  }

  private let graph: Graph
  private let readers: [[Int]]
  private let useCounts: [String: Int]
  private let outputNodes: Set<Int>

  /// All pairs of a graph with logical weights; one for each site at most.
  package static func find(in graph: Graph, sites: LinearSites) -> [Pair] {
    let finder = ChannelPairs(graph)
    return sites.sites.enumerated().compactMap { index, site in finder.pair(of: site, index) }
  }

  private init(_ graph: Graph) {
    self.graph = graph
    readers = graph.readers
    var counts: [String: Int] = [:]
    for node in graph.nodes {
      guard let weight = node.operation as? WeightOperation else { continue }
      counts[weight.name, default: 0] += 1
      if let shared = weight.sharedName { counts[shared, default: 0] += 1 }
    }
    useCounts = counts
    outputNodes = Set(graph.outputs.map(\.value.node))
  }

  private func pair(of site: LinearSites.Site, _ index: Int) -> Pair? {
    guard !site.isOfExperts, !outputNodes.contains(site.input.node),
      // Nothing but these products sees the value.
      Set(readers[site.input.node]) == Set(site.products.map(\.node)),
      // The norm before a head belongs to no layer.
      site.products.allSatisfy({ isUsedOnce($0.weight) && $0.weight.role != .head })
    else { return nil }
    let columns = site.columns
    if let source = norm(site.input, columns) ?? gated(site.input, columns) {
      return Pair(site: index, source: source, factorOfColumn: Array(0..<columns))
    }
    guard let (source, places) = attended(site.input, columns) else { return nil }
    return Pair(site: index, source: source, factorOfColumn: places)
  }

  private func isUsedOnce(_ weight: WeightOperation) -> Bool { useCounts[weight.name] == 1 }

  private func weight(_ value: Value) -> WeightOperation? {
    guard let weight = graph.node(of: value).operation as? WeightOperation, isUsedOnce(weight),
      readers[value.node].count == 1
    else { return nil }
    return weight
  }

  /// normalised · w, or normalised · w + b.
  private func norm(_ value: Value, _ columns: Int) -> Source? {
    let node = graph.node(of: value)
    guard let operation = node.operation as? Binary else { return nil }
    if operation.kind == .add {
      guard let bias = node.inputs.compactMap({ weight($0) }).first, bias.role == .norm,
        bias.weight.shape == [columns],
        let product = node.inputs.first(where: { graph.node(of: $0).operation is Binary }),
        readers[product.node].count == 1, var source = scale(product, columns)
      else { return nil }
      source.vectors.append(bias)
      return source
    }
    return scale(value, columns)
  }

  private func scale(_ value: Value, _ columns: Int) -> Source? {
    let node = graph.node(of: value)
    guard let operation = node.operation as? Binary, operation.kind == .multiply,
      let scale = node.inputs.compactMap({ weight($0) }).first, scale.role == .norm,
      scale.weight.shape == [columns]
    else { return nil }
    return Source(vectors: [scale], matrix: nil, count: columns)
  }

  /// activation(gate) · up: the rows of `up`.
  private func gated(_ value: Value, _ columns: Int) -> Source? {
    let node = graph.node(of: value)
    guard let operation = node.operation as? Binary, operation.kind == .multiply else { return nil }
    let sources = node.inputs.compactMap { rows($0, columns) }
    return sources.count == 1 ? sources[0] : nil
  }

  /// The rows of a matrix whose product, perhaps with a bias or as a part of several, is `value`, which only one
  /// node reads.
  private func rows(_ value: Value, _ count: Int) -> Source? {
    guard readers[value.node].count == 1 else { return nil }
    let node = graph.node(of: value)
    if let matrix = graph.productWeight(of: node), isUsedOnce(matrix), matrix.role == .linear,
      matrix.weight.shape.rank == 2, matrix.weight.shape[0] == count
    {
      return Source(vectors: [], matrix: (matrix, 0..<count), count: count)
    }
    if let operation = node.operation as? Binary, operation.kind == .add,
      let bias = node.inputs.compactMap({ weight($0) }).first, bias.role == .bias,
      bias.weight.shape == [count],
      let product = node.inputs.first(where: { graph.productWeight(of: graph.node(of: $0)) != nil }),
      var source = rows(product, count)
    {
      source.vectors.append(bias)
      return source
    }
    return nil
  }

  /// Attention's mixture of values: the rows of the value projection, each shared by the query heads that share
  /// its head.
  private func attended(_ value: Value, _ columns: Int) -> (Source, [Int])? {
    guard let attention = back(from: value, through: { $0 is Reshape || $0 is Transpose }),
      graph.node(of: attention).operation is ScaledDotProductAttention,
      let headSize = attention.shape[3].fixed, let heads = attention.shape[1].fixed,
      heads * headSize == columns
    else { return nil }
    let values = graph.node(of: attention).inputs[2]
    guard let projected = valueProjection(values) else { return nil }
    let count = graph.node(of: projected).outputs[projected.port].shape[-1].fixed ?? 0
    guard count > 0, count % headSize == 0, heads % (count / headSize) == 0,
      let source = rows(projected, count)
    else { return nil }
    let share = heads / (count / headSize)
    let places = (0..<columns).map { column in column / headSize / share * headSize + column % headSize }
    return (source, places)
  }

  /// Back over a chain that `passes` says yes to, as long as nobody else reads what is on it.
  private func back(from value: Value, through passes: (any Operation) -> Bool) -> Value? {
    var value = value
    while passes(graph.node(of: value).operation) {
      value = graph.node(of: value).inputs[0]
      guard readers[value.node].count == 1 else { return nil }
    }
    return value
  }

  /// From the values that attention sees to the projection that made the new ones: over repetition for heads that
  /// are shared, the cache, and the cut into heads.
  private func valueProjection(_ value: Value) -> Value? {
    var value = value
    while true {
      let node = graph.node(of: value)
      switch node.operation {
      case is Reshape, is Transpose, is Unsqueeze, is Broadcast: value = node.inputs[0]
      case is Concat:
        guard node.inputs.count == 2 else { return nil }
        value = node.inputs[1]
      default: return node.outputs[value.port].shape.rank == 3 ? value : nil
      }
      // Others may read the shape or keep the values for later; whoever computes with them sees scaled ones.
      let others = readers[value.node].map { graph.nodes[$0].operation }
      guard others.allSatisfy({ isHarmless($0) }) else { return nil }
    }
  }

  private func isHarmless(_ operation: any Operation) -> Bool {
    operation is Reshape || operation is Transpose || operation is Unsqueeze || operation is Broadcast
      || operation is Concat || operation is Assign || operation is ShapeOf
      || operation is ScaledDotProductAttention
  }
}
