/// A weight of the model, defined now and read later.
///
/// Families store the same mathematics differently: fused projections, permuted rows, norms as `1 + w`. A weight
/// is an expression over stored tensors that yields rows in the form that the graph wants; nothing is read until
/// a bake asks for rows, and then only those.
public struct Weight: Sendable {
  /// The shape after all steps.
  public let shape: Shape
  package let expression: Expression

  package indirect enum Expression: Sendable {
    case stored(any StoredTensor)
    case literal([Float])
    /// The rows from `from` on of a matrix.
    case rows(Weight, from: Int)
    /// The rows of several matrices, one after another.
    case stacked([Weight])
    /// Row `i` is row `order[i]` of a matrix.
    case reordered(Weight, order: [Int])
    case transposed(Weight)
    /// `factor · w + offset`.
    case affine(Weight, factor: Float, offset: Float)
    /// Every row multiplied element by element with `factors`, one for each column.
    case columnsScaled(Weight, factors: [Float])
    /// Row `i` multiplied by `factors[i]`.
    case rowsScaled(Weight, factors: [Float])
    /// Every row divided by its length.
    case rowsNormalized(Weight)
    /// The same elements in another shape.
    case reshaped(Weight)
  }

  package init(shape: Shape, _ expression: Expression) {
    self.shape = shape
    self.expression = expression
  }

  /// A tensor as it is stored.
  public init(_ tensor: any StoredTensor) {
    self.init(shape: tensor.shape, .stored(tensor))
  }

  /// Numbers that the program computed, such as rotary frequencies.
  public init(_ values: [Float], shape: Shape) {
    precondition(values.count == shape.elementCount, "a literal of \(values.count) numbers as \(shape)")
    self.init(shape: shape, .literal(values))
  }
}

// MARK: - Steps

extension Weight {
  /// Entries `range` of the first axis: rows of a matrix, elements of a vector, experts of a batch.
  public func rows(_ range: Range<Int>) -> Weight {
    precondition(range.lowerBound >= 0 && range.upperBound <= shape[0], "rows \(range) of \(shape)")
    return movingRows(count: range.count) { matrix in
      let unit = matrix.shape.rows / max(shape[0], 1)
      return Weight(
        shape: [range.count * unit, matrix.shape.columns], .rows(matrix, from: range.lowerBound * unit))
    }
  }

  /// The weights one under another: their first axes add up, the others must be equal.
  public static func stacked(_ parts: [Weight]) -> Weight {
    precondition(!parts.isEmpty, "nothing to stack")
    let tail = parts[0].shape.dimensions.dropFirst()
    precondition(
      parts.allSatisfy { $0.shape.dimensions.dropFirst() == tail }, "stacked weights differ in shape")
    let count = parts.reduce(0) { $0 + $1.shape[0] }
    return parts[0].movingRows(count: count) { first in
      let matrices = parts.map(\.asMatrix)
      return Weight(
        shape: [matrices.reduce(0) { $0 + $1.shape[0] }, first.shape.columns], .stacked(matrices))
    }
  }

  /// The matrices of equal shape [rows, columns] as one weight [count, rows, columns]: the experts of a layer.
  public static func batched(_ parts: [Weight]) -> Weight {
    stacked(parts).reshaped(Shape([parts.count] + parts[0].shape.dimensions))
  }

  /// Entry `i` of the first axis becomes entry `order[i]` of this weight. Along a row nothing changes, so
  /// quantised blocks stay whole.
  public func reordered(_ order: [Int]) -> Weight {
    precondition(order.allSatisfy { $0 >= 0 && $0 < shape[0] }, "an order beyond the \(shape[0]) rows")
    return movingRows(count: order.count) { matrix in
      let unit = matrix.shape.rows / max(shape[0], 1)
      let rows = unit == 1 ? order : order.flatMap { ($0 * unit)..<(($0 + 1) * unit) }
      return Weight(shape: [rows.count, matrix.shape.columns], .reordered(matrix, order: rows))
    }
  }

  /// A vector as a column [n, 1], anything else as [rows, columns].
  private var asMatrix: Weight {
    shape.rank == 1 ? reshaped([shape[0], 1]) : reshaped([shape.rows, shape.columns])
  }

  /// Applies a step to the matrix form and gives the result this shape again, with another first extent.
  private func movingRows(count: Int, _ step: (Weight) -> Weight) -> Weight {
    precondition(shape.rank >= 1, "a scalar has no rows")
    return step(asMatrix).reshaped(Shape([count] + shape.dimensions.dropFirst()))
  }

  /// [rows, columns] as [columns, rows]. Twice is not at all.
  public func transposed() -> Weight {
    precondition(shape.rank == 2, "only a matrix can be transposed")
    if case .transposed(let inner) = expression { return inner }
    if case .stored(let tensor as any TransposedTensor) = expression { return Weight(tensor.untransposed) }
    return Weight(shape: [shape[1], shape[0]], .transposed(self))
  }

  /// What a checkpoint stores with the last two axes exchanged, as it is stored; nil for anything else.
  package var untransposed: Weight? {
    if case .stored(let tensor as any TransposedTensor) = expression { return Weight(tensor.untransposed) }
    return nil
  }

  /// `factor · w + offset`.
  public func affine(factor: Float = 1, offset: Float = 0) -> Weight {
    factor == 1 && offset == 0 ? self : Weight(shape: shape, .affine(self, factor: factor, offset: offset))
  }

  /// Column `j` multiplied by `factors[j]`.
  public func columnsScaled(_ factors: [Float]) -> Weight {
    precondition(factors.count == shape.columns)
    return Weight(shape: shape, .columnsScaled(self, factors: factors))
  }

  /// Row `i` multiplied by `factors[i]`.
  public func rowsScaled(_ factors: [Float]) -> Weight {
    precondition(factors.count == shape.rows)
    return Weight(shape: shape, .rowsScaled(self, factors: factors))
  }

  /// Every row divided by its Euclidean length, or by 1e-12 where it is shorter.
  public func rowsNormalized() -> Weight { Weight(shape: shape, .rowsNormalized(self)) }

  /// The same elements, in the same order, under another shape. Either the last axis stays, or one of the two
  /// shapes is a vector or column, which is small enough to be read whole.
  public func reshaped(_ newShape: Shape) -> Weight {
    if newShape == shape { return self }
    precondition(newShape.elementCount == shape.elementCount, "\(shape) as \(newShape)")
    if case .reshaped(let inner) = expression, inner.shape.columns == newShape.columns {
      return inner.reshaped(newShape)
    }
    return Weight(shape: newShape, .reshaped(self))
  }
}

// MARK: - What it is made of

extension Weight {
  /// The stored tensors that the weight reads, in order, each once for each use.
  public var tensors: [any StoredTensor] {
    switch expression {
    case .stored(let tensor): [tensor]
    case .literal: []
    case .stacked(let parts): parts.flatMap(\.tensors)
    case .rows(let inner, _), .reordered(let inner, _), .transposed(let inner), .affine(let inner, _, _),
      .columnsScaled(let inner, _), .rowsScaled(let inner, _), .rowsNormalized(let inner),
      .reshaped(let inner):
      inner.tensors
    }
  }

  /// Rows that should be read together, so that nothing is read twice.
  public var rowGroup: Int {
    switch expression {
    case .stored(let tensor): return tensor.rowGroup
    case .stacked(let parts):
      // Heads of different sizes in one matrix are rare; the largest group is the best guess for them.
      return parts.map(\.rowGroup).max() ?? 1
    case .rows(let inner, _), .affine(let inner, _, _), .columnsScaled(let inner, _),
      .rowsScaled(let inner, _), .rowsNormalized(let inner):
      return inner.rowGroup
    case .reshaped(let inner): return inner.shape.columns == shape.columns ? inner.rowGroup : 1
    case .literal, .reordered, .transposed: return 1
    }
  }

  /// The compressed form in which all stored values can be kept: nil where a step computes with the numbers, or
  /// where the parts differ.
  public var keptFormat: CompressedFormat? {
    switch expression {
    case .stored(let tensor): return tensor.keptFormat
    case .stacked(let parts):
      let formats = Set(parts.map(\.keptFormat))
      return formats.count == 1 ? formats.first ?? nil : nil
    case .rows(let inner, _), .reordered(let inner, _): return inner.keptFormat
    case .reshaped(let inner): return inner.shape.columns == shape.columns ? inner.keptFormat : nil
    case .literal, .transposed, .affine, .columnsScaled, .rowsScaled, .rowsNormalized: return nil
    }
  }

  /// The plain type in which all parts are stored and could be copied without conversion; nil otherwise.
  public var elementType: ElementType? {
    switch expression {
    case .stored(let tensor): return tensor.elementType
    case .stacked(let parts):
      let types = Set(parts.map(\.elementType))
      return types.count == 1 ? types.first ?? nil : nil
    case .rows(let inner, _), .reordered(let inner, _), .reshaped(let inner): return inner.elementType
    case .literal, .transposed, .affine, .columnsScaled, .rowsScaled, .rowsNormalized: return nil
    }
  }
}
