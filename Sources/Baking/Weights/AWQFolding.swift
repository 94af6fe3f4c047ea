import Errors
import Graph
import Quantization
import Tensors

/// AWQ without data: which pairs of matrices of a model it can even out, and what they become.
///
/// A pair is found by its mathematics, not by its names: `down · (gate ∘ (up · x))`, where nothing but `down` sees
/// the product and nothing but the product sees `up`. Then row `i` of `up` can be divided by what column `i` of
/// `down` is multiplied with.
struct AWQFolding {
  /// The weights that replace those of the same name.
  let weights: [String: Weight]

  /// Evens out all pairs of a graph with logical weights. Reads each `down` once.
  /// - Throws: `BakeError` of code `usage` where the model has no such pair.
  init(_ graph: Graph) throws {
    let reader = WeightReader()
    var weights: [String: Weight] = [:]
    for (up, down) in Self.pairs(in: graph) {
      let folded = try AWQ.folded(up: up.weight, down: down.weight, reader: reader)
      weights[up.name] = folded.up
      weights[down.name] = folded.down
    }
    guard !weights.isEmpty else {
      throw BakeError(
        .usage, "AWQ cannot be applied to this model",
        why:
          "no layer has a gated feed-forward part with a matrix of its own for what the gate lets through: "
          + "experts, biases and merged projections are not evened out",
        advice: "leave \(setting: .awq) out, or \(setting: .mergeProjections) if it was given")
    }
    self.weights = weights
  }

  private static func pairs(in graph: Graph) -> [(up: WeightOperation, down: WeightOperation)] {
    var uses: [Int: Int] = [:]
    var names: [String: Int] = [:]
    for node in graph.nodes {
      for input in node.inputs { uses[input.node, default: 0] += 1 }
      if let weight = node.operation as? WeightOperation {
        names[weight.name, default: 0] += 1
        if let shared = weight.sharedName { names[shared, default: 0] += 1 }
      }
    }
    for output in graph.outputs { uses[output.value.node, default: 0] += 1 }

    /// The matrix of a product with a weight that only one place uses.
    func matrix(_ node: Graph.Node) -> WeightOperation? {
      guard let product = node.operation as? MatMul, product.transposeB, node.inputs.count == 2,
        let weight = graph.node(of: node.inputs[1]).operation as? WeightOperation, weight.role == .linear,
        weight.weight.shape.rank == 2, uses[node.inputs[1].node] == 1, names[weight.name] == 1
      else { return nil }
      return weight
    }
    return graph.nodes.compactMap { node in
      guard let down = matrix(node), uses[node.inputs[0].node] == 1 else { return nil }
      let gated = graph.node(of: node.inputs[0])
      guard let product = gated.operation as? Binary, product.kind == .multiply else { return nil }
      let ups = gated.inputs.compactMap { input -> WeightOperation? in
        guard uses[input.node] == 1, let up = matrix(graph.node(of: input)),
          up.weight.shape[0] == down.weight.shape[1]
        else { return nil }
        return up
      }
      return ups.count == 1 ? (ups[0], down) : nil
    }
  }
}
