import Tensors

/// A linear layer: x · weightᵀ + bias.
package struct Linear: Sendable {
  /// The module's name in the checkpoint, such as `model.layers.0.self_attn.q_proj`.
  package var name: String
  /// The matrix [out, in].
  package var weight: Weight
  /// What is added, [out].
  package var bias: Weight?

  /// A linear layer.
  package init(name: String, weight: Weight, bias: Weight? = nil) {
    self.name = name
    self.weight = weight
    self.bias = bias
  }

  /// The rows `range` of the layer, for checkpoints that store several layers as one.
  package func rows(_ range: Range<Int>, name: String) -> Linear {
    Linear(name: name, weight: weight.rows(range), bias: bias?.rows(range))
  }

  /// The layer with its outputs in another order.
  package func reordered(_ order: [Int]) -> Linear {
    Linear(name: name, weight: weight.reordered(order), bias: bias?.reordered(order))
  }

  /// The layer with its outputs multiplied by `factor`.
  package func scaled(by factor: Float) -> Linear {
    Linear(name: name, weight: weight.affine(factor: factor), bias: bias?.affine(factor: factor))
  }

  /// How many outputs it has.
  package var outputCount: Int { weight.shape[0] }
}

extension WeightScope {
  /// The linear layer stored here as `weight` [out, in] and, where the model has one, `bias` [out].
  package func linear(_ outputs: Int, _ inputs: Int, bias: Bool = false) throws(TensorError) -> Linear {
    Linear(
      name: path, weight: try weight("weight", [outputs, inputs]),
      bias: bias ? try weight("bias", [outputs]) : nil)
  }
}

extension Graph {
  /// [batch, tokens, in] → [batch, tokens, out].
  package func linear(
    _ input: Value, _ layer: Linear, role: WeightRole = .linear, sharedName: String? = nil
  ) throws(GraphError) -> Value {
    let matrix = try weight(
      layer.weight, role: role, name: layer.name + ".weight", sharedName: sharedName)
    let product = try append(
      MatMul(transposeB: true), [input, matrix], name: Graph.lastName(layer.name) + "/MatMul")
    guard let bias = layer.bias else { return product }
    return try binary(
      .add, product, weight(bias, role: .bias, name: layer.name + ".bias"),
      name: Graph.lastName(layer.name) + "/Add")
  }

  /// Several layers on the same input: as one product that is cut afterwards where `merging` says so, because one
  /// large product is faster than several small ones.
  ///
  /// Layers whose checkpoint keeps them in different compressed forms stay apart, so that nothing is rounded
  /// again.
  package func linears(_ input: Value, _ layers: [Linear], merging: Bool) throws(GraphError) -> [Value] {
    let formats = Set(layers.map(\.weight.keptFormat))
    guard merging, formats.count == 1, layers.count > 1 else {
      return try layers.map { layer throws(GraphError) in try linear(input, layer) }
    }
    let merged = Linear(
      name: Graph.mergedName(layers.map(\.name)), weight: .stacked(layers.map(\.weight)),
      bias: layers.contains { $0.bias != nil }
        ? .stacked(
          layers.map {
            $0.bias ?? Weight(Array(repeating: 0, count: $0.outputCount), shape: [$0.outputCount])
          }) : nil)
    let product = try linear(input, merged)
    return try split(product, layers.map(\.outputCount), axis: 2)
  }

  /// `….q_proj`, `….k_proj`, `….v_proj` as `….q_proj+k_proj+v_proj`.
  private static func mergedName(_ names: [String]) -> String {
    names.dropFirst().reduce(names[0]) { $0 + "+" + lastName($1) }
  }

  private static func lastName(_ name: String) -> String {
    name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? name
  }
}
