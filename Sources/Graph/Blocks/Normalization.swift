import Tensors

/// A normalisation over the last axis.
package struct Normalization: Sendable {
  /// Which formula.
  package enum Kind: Sendable {
    /// x / √(mean(x²) + ε) (RMSNorm).
    case rootMeanSquare
    /// (x − mean) / √(variance + ε) (LayerNorm).
    case layer
  }

  /// Which formula.
  package var kind: Kind
  /// The module's name in the checkpoint.
  package var name: String
  /// ε, added before the root.
  package var epsilon: Float
  /// What the result is multiplied by; [size], or [heads, head size] where each head has its own.
  package var weight: Weight?
  /// What is added at last.
  package var bias: Weight?

  /// A normalisation.
  package init(_ kind: Kind, name: String, epsilon: Float, weight: Weight? = nil, bias: Weight? = nil) {
    self.kind = kind
    self.name = name
    self.epsilon = epsilon
    self.weight = weight
    self.bias = bias
  }

  /// The norm with its result multiplied by `factor`, which costs nothing when it runs.
  package func scaled(by factor: Float) -> Normalization {
    var scaled = self
    scaled.weight = weight?.affine(factor: factor)
    scaled.bias = bias?.affine(factor: factor)
    return scaled
  }
}

extension WeightScope {
  /// The RMSNorm stored here. Gemma stores its weight less one: `offset` puts that back.
  package func rootMeanSquareNorm(
    _ size: Int, epsilon: Float, offset: Float = 0
  ) throws(TensorError) -> Normalization {
    Normalization(
      .rootMeanSquare, name: path, epsilon: epsilon,
      weight: try weight("weight", [size]).affine(offset: offset))
  }

  /// The LayerNorm stored here.
  package func layerNorm(_ size: Int, epsilon: Float, bias: Bool = true) throws(TensorError) -> Normalization
  {
    Normalization(
      .layer, name: path, epsilon: epsilon, weight: try weight("weight", [size]),
      bias: bias ? try weight("bias", [size]) : nil)
  }
}

extension Graph {
  /// Normalises the last axis. The shape stays.
  package func normalize(_ input: Value, _ norm: Normalization) throws(GraphError) -> Value {
    var value: Value
    switch norm.kind {
    case .rootMeanSquare:
      // Power, mean, root and reciprocal in this shape is what the plugins fuse to one RMS node.
      let squares = try binary(.power, input, float(2))
      let mean = try reduce(.mean, squares, axis: -1, keepsDimensions: true)
      let root = try unary(.sqrt, add(mean, float(norm.epsilon)))
      value = try multiply(input, binary(.divide, float(1), root))
    case .layer:
      value = try append(MeanVarianceNormalization(epsilon: norm.epsilon), [input, integers([-1])])
    }
    if let weight = norm.weight {
      value = try multiply(value, self.weight(weight, role: .norm, name: norm.name + ".weight"))
    }
    if let bias = norm.bias {
      value = try add(value, self.weight(bias, role: .norm, name: norm.name + ".bias"))
    }
    return value
  }
}
