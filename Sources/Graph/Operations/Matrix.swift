import Tensors

/// A product of matrices over the last two axes, broadcasting the others.
package struct MatMul: Operation {
  /// Whether the first matrix is used transposed.
  package var transposeA: Bool
  /// Whether the second matrix is used transposed, as weights [out, in] are.
  package var transposeB: Bool

  /// A product.
  package init(transposeA: Bool = false, transposeB: Bool = false) {
    self.transposeA = transposeA
    self.transposeB = transposeB
  }

  package var typeName: String { "MatMul" }
  package var attributes: [Attribute] {
    [Attribute("transpose_a", String(transposeA)), Attribute("transpose_b", String(transposeB))]
  }

  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 2)
    let (a, b) = (inputs[0].shape, inputs[1].shape)
    guard a.rank >= 2, b.rank >= 2, inputs[0].elementType == inputs[1].elementType else {
      throw fault("of \(inputs[0].elementType) \(a) and \(inputs[1].elementType) \(b)")
    }
    let (rows, inner) = transposeA ? (a[-1], a[-2]) : (a[-2], a[-1])
    let (otherInner, columns) = transposeB ? (b[-1], b[-2]) : (b[-2], b[-1])
    if let inner = inner.fixed, let otherInner = otherInner.fixed, inner != otherInner {
      throw fault("of \(a) and \(b): \(inner) and \(otherInner) must be equal")
    }
    let batch = try broadcast(
      PartialShape(a.dimensions.dropLast(2)), PartialShape(b.dimensions.dropLast(2)), in: self)
    return [ValueType(inputs[0].elementType, PartialShape(batch.dimensions + [rows, columns]))]
  }
}

/// Attention: softmax(q · kᵀ · scale + mask) · v over [batch, heads, tokens, head size].
///
/// Inputs are q, k, v, mask, possibly the scale (1/√(head size) without), and possibly a score for each head that
/// takes part in the softmax and gives nothing, [1, heads, 1, 1] (an attention sink).
package struct ScaledDotProductAttention: Operation {
  /// The operation; the mask is always explicit.
  package init() {}

  package var typeName: String { "ScaledDotProductAttention" }
  package var opset: String { "opset13" }
  package var attributes: [Attribute] { [Attribute("causal", "false")] }

  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    guard (4...6).contains(inputs.count), inputs[..<3].allSatisfy({ $0.shape.rank == 4 }) else {
      throw fault("needs q, k, v of rank 4 and a mask, not \(inputs.map(\.shape))")
    }
    let (query, key, value) = (inputs[0].shape, inputs[1].shape, inputs[2].shape)
    guard query[1] == key[1], key[1] == value[1], query[3] == key[3] else {
      throw fault("of q \(query), k \(key), v \(value)")
    }
    return [ValueType(inputs[0].elementType, [query[0], query[1], query[2], value[3]])]
  }
}

/// The softmax along one axis.
package struct Softmax: Operation {
  /// The axis whose elements add up to one.
  package var axis: Int

  /// The softmax along `axis`.
  package init(axis: Int) { self.axis = axis }

  package var typeName: String { "SoftMax" }
  package var opset: String { "opset8" }
  package var attributes: [Attribute] { [Attribute("axis", String(axis))] }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 1)
    return [ValueType(inputs[0].elementType, inputs[0].shape)]
  }
}

/// Mean-variance normalisation over the axes of the second input: (x − mean) / √(variance + ε).
package struct MeanVarianceNormalization: Operation {
  /// Added to the variance.
  package var epsilon: Float

  /// The operation with these settings.
  package init(epsilon: Float) {
    self.epsilon = epsilon
  }

  package var typeName: String { "MVN" }
  package var opset: String { "opset6" }
  package var attributes: [Attribute] {
    [
      Attribute("eps", String(epsilon)), Attribute("normalize_variance", "true"),
      Attribute("eps_mode", "INSIDE_SQRT"),
    ]
  }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 2)
    return [ValueType(inputs[0].elementType, inputs[0].shape)]
  }
}

/// A reduction over the axes of the second input.
package struct Reduce: Operation {
  /// Which one it is, spelled as IR spells it.
  package enum Kind: String, Sendable {
    case mean = "ReduceMean"
    case sum = "ReduceSum"
    case max = "ReduceMax"
  }

  /// Which reduction it is.
  package var kind: Kind
  /// Whether the reduced axes stay, with the extent 1.
  package var keepsDimensions: Bool

  /// The operation with these settings.
  package init(kind: Kind, keepsDimensions: Bool) {
    self.kind = kind
    self.keepsDimensions = keepsDimensions
  }

  package var typeName: String { kind.rawValue }
  package var attributes: [Attribute] { [Attribute("keep_dims", String(keepsDimensions))] }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 2)
    var axes: Set<Int> = []
    for one in try integers(inputs[1], "axes") { axes.insert(try axis(one, of: inputs[0].shape)) }
    let dimensions = inputs[0].shape.dimensions.enumerated().compactMap { index, dimension in
      axes.contains(index) ? (keepsDimensions ? Dimension.fixed(1) : nil) : dimension
    }
    return [ValueType(inputs[0].elementType, PartialShape(dimensions))]
  }
}

/// The sums of all elements up to each one, itself included, along the axis of the second input.
package struct CumulativeSum: Operation {
  /// The operation; it has no settings.
  package init() {}

  package var typeName: String { "CumSum" }
  package var opset: String { "opset3" }
  package var attributes: [Attribute] { [Attribute("exclusive", "false"), Attribute("reverse", "false")] }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 2)
    for one in try integers(inputs[1], "axis") { _ = try axis(one, of: inputs[0].shape) }
    return [ValueType(inputs[0].elementType, inputs[0].shape)]
  }
}
