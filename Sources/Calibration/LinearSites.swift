import Graph
import Tensors

/// The places of a graph where a value meets matrices: query, key and value read the same one, and so do gate and up.
///
/// Found by the mathematics of the graph and not by names, so that every family has them.
package struct LinearSites {
  /// A product of a value with the transpose of a matrix.
  package struct Product {
    /// The node of the product.
    package var node: Int
    package var weight: WeightOperation
  }

  /// A value, and all matrices that it is multiplied with.
  package struct Site {
    package var input: Value
    package var products: [Product]

    /// Whether the products are those of a mixture's experts, [experts, out, in].
    package var isOfExperts: Bool { products.contains { $0.weight.weight.shape.rank == 3 } }
    /// The number of inputs.
    package var columns: Int { products.first?.weight.weight.shape.columns ?? 0 }
  }

  /// The sites in the order of the graph.
  package let sites: [Site]

  /// Looks through a graph with logical weights.
  package init(_ graph: Graph) {
    var order: [Value] = []
    var products: [Value: [Product]] = [:]
    for (index, node) in graph.nodes.enumerated() {
      guard let weight = graph.productWeight(of: node), weight.isMultipliedOnly else { continue }
      if products[node.inputs[0]] == nil { order.append(node.inputs[0]) }
      products[node.inputs[0], default: []].append(Product(node: index, weight: weight))
    }
    sites = order.map { Site(input: $0, products: products[$0] ?? []) }
  }
}

extension WeightOperation {
  /// Whether an error of the weight is an error of a product and nothing else. A head that is tied to the embedding is
  /// looked up as well.
  fileprivate var isMultipliedOnly: Bool {
    [.linear, .expert].contains(role) || role == .head && sharedName == nil
  }
}

extension Graph {
  /// The matrix of a node that multiplies a value with the transpose of one; nil for other nodes.
  func productWeight(of node: Node) -> WeightOperation? {
    guard let product = node.operation as? MatMul, product.transposeB, !product.transposeA,
      node.inputs.count == 2, let weight = self.node(of: node.inputs[1]).operation as? WeightOperation,
      [2, 3].contains(weight.weight.shape.rank)
    else { return nil }
    return weight
  }

  /// For each node the nodes that read it, each as often as it does.
  var readers: [[Int]] {
    var readers = [[Int]](repeating: [], count: nodes.count)
    for (index, node) in nodes.enumerated() {
      for input in node.inputs { readers[input.node].append(index) }
    }
    return readers
  }
}
