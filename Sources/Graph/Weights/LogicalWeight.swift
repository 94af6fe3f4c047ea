import Tensors

/// A weight as the model's mathematics knows it: numbers, without saying how they are stored.
package struct LogicalWeight: Sendable {
  /// Its place in `Graph.weights`.
  package let id: Int
  /// The name in the checkpoint, such as `model.layers.0.self_attn.q_proj.weight`; unique in a graph.
  package let name: String
  /// What it is used for.
  package let role: WeightRole
  /// How its numbers are made of the checkpoint's tensors.
  package let weight: Weight
  /// Its name, or that of the weight whose numbers it shares (a head that is tied to the embedding).
  package let sharedName: String

  /// Its shape, outermost axis first.
  package var shape: Shape { weight.shape }
}

/// A logical weight in a graph: a value of type f32 with the weight's shape.
///
/// Families use it and never see compression; `Graph.lowered` replaces it.
package struct WeightOperation: Operation {
  /// What the weight is used for.
  package var role: WeightRole
  /// Its name in the checkpoint.
  package var name: String
  /// How its numbers are made.
  package var weight: Weight
  /// The name of the weight that it shares its numbers with; nil where it has its own.
  package var sharedName: String?

  package var typeName: String { "Weight" }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 0)
    return [ValueType(.f32, PartialShape(weight.shape))]
  }
}

extension Graph {
  /// The logical weights in the order of their use, each once. Empty in a graph that has been lowered.
  package var weights: [LogicalWeight] {
    var names: Set<String> = []
    var weights: [LogicalWeight] = []
    for node in nodes {
      guard let operation = node.operation as? WeightOperation, names.insert(operation.name).inserted else {
        continue
      }
      weights.append(
        LogicalWeight(
          id: weights.count, name: operation.name, role: operation.role, weight: operation.weight,
          sharedName: operation.sharedName ?? operation.name))
    }
    return weights
  }
}
