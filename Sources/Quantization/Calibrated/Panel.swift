import Kernels

/// Rows of a matrix, 16 at a time, turned on their side to [columns][16]: what the kernels of calibration work on.
///
/// A vector is one column of 16 rows, so that each row is computed for itself: no result depends on which rows stand
/// beside it, nor on how many threads work.
package struct Panel: Sendable {
  /// How many rows a panel has.
  package static let rows = Int(OVEN_PANEL_ROWS)

  /// Column `j` of row `i` at `j · 16 + i`.
  package var values: [Float]
  /// How many columns there are.
  package let columns: Int

  /// A panel of zeros.
  package init(columns: Int) {
    self.columns = columns
    values = [Float](repeating: 0, count: columns * Panel.rows)
  }

  /// The first rows of `floats`, at most 16; those that are missing are zeros.
  package init(rowsOf floats: UnsafeBufferPointer<Float>, columns: Int) {
    self.init(columns: columns)
    let count = min(Panel.rows, columns > 0 ? floats.count / columns : 0)
    values.withUnsafeMutableBufferPointer { values in
      for row in 0..<count {
        for column in 0..<columns { values[column * Panel.rows + row] = floats[row * columns + column] }
      }
    }
  }

  /// The columns in another order: column `k` is column `order[k]` of this panel.
  package func reordered(_ order: [Int]) -> Panel {
    var result = Panel(columns: order.count)
    values.withUnsafeBufferPointer { source in
      result.values.withUnsafeMutableBufferPointer { target in
        for (column, from) in order.enumerated() {
          for row in 0..<Panel.rows {
            target[column * Panel.rows + row] = source[from * Panel.rows + row]
          }
        }
      }
    }
    return result
  }

  /// Column `j` multiplied by `factors[j]`.
  package func scaled(_ factors: [Float]) -> Panel {
    precondition(factors.count == columns)
    var result = self
    result.values.withUnsafeMutableBufferPointer { values in
      for column in 0..<columns {
        for row in 0..<Panel.rows { values[column * Panel.rows + row] *= factors[column] }
      }
    }
    return result
  }

  /// This panel less another one of the same size.
  package func minus(_ other: Panel) -> Panel {
    precondition(other.columns == columns)
    var result = self
    result.values.withUnsafeMutableBufferPointer { values in
      other.values.withUnsafeBufferPointer { other in
        for index in values.indices { values[index] -= other[index] }
      }
    }
    return result
  }
}
