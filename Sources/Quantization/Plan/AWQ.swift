import Kernels
import Tensors

/// Activation-aware weight quantisation without activations, as NNCF does it where it has no data set.
///
/// The columns of a matrix get the same mean magnitude, so that no column is lost beside a larger one in its group;
/// the layer before is divided by the same factors, so that the product stays what it is. In a gated MLP the layer
/// before `down_proj` is `up_proj`: `down · (act(gate) ∘ up)`.
public enum AWQ {
  /// For each column of the matrix `weight` [out, in]: one divided by the mean magnitude of the column, which is
  /// taken to be at least the machine epsilon of float32.
  /// - Parameter slabRows: How many rows are read at once.
  public static func scales(for weight: Weight, reader: WeightReader, slabRows: Int = 256) throws -> [Float] {
    let (rows, columns) = (weight.shape.rows, weight.shape.columns)
    var sums = [Double](repeating: 0, count: columns)
    let slab = UnsafeMutableBufferPointer<Float>.allocate(capacity: min(rows, slabRows) * columns)
    defer { slab.deallocate() }
    for start in stride(from: 0, to: rows, by: slabRows) {
      let count = min(slabRows, rows - start)
      let part = UnsafeMutableBufferPointer(rebasing: slab[..<(count * columns)])
      try reader.read(start..<start + count, of: weight, into: part)
      if let source = part.baseAddress { oven_add_column_magnitudes(source, count, columns, &sums) }
    }
    return sums.map { 1 / max(Float($0 / Double(rows)), .ulpOfOne) }
  }

  /// `down` with even columns, and `up` with its rows divided by the same factors: row `i` of `up` feeds column `i`
  /// of `down`.
  ///
  /// Experts have scales of their own: fold each expert's pair before the experts are batched.
  /// - Precondition: Both are matrices, and `up` has as many rows as `down` has columns.
  public static func folded(up: Weight, down: Weight, reader: WeightReader) throws -> (
    up: Weight, down: Weight
  ) {
    precondition(up.shape.rank == 2 && down.shape.rank == 2 && up.shape[0] == down.shape[1])
    let scales = try scales(for: down, reader: reader)
    return (up.rowsScaled(scales.map { 1 / $0 }), down.columnsScaled(scales))
  }
}
