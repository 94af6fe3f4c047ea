import Kernels

/// What a linear layer saw of its inputs x while the model read a text: how large they are, and which come together.
///
/// Everything that calibration decides, it decides by these: an error ΔW of the weights changes the outputs by
/// tr(ΔW · H · ΔWᵀ) on average, with H = Σ xxᵀ / tokens.
package struct InputStatistics: Sendable {
  /// H of neighbouring columns. A wide layer has H in several blocks along the diagonal, which costs little accuracy
  /// and bounds the memory.
  package struct Block: Sendable {
    package var columns: Range<Int>
    /// [count][count], symmetric.
    package var matrix: [Float]

    package init(columns: Range<Int>, matrix: [Float]) {
      precondition(matrix.count == columns.count * columns.count)
      self.columns = columns
      self.matrix = matrix
    }
  }

  /// H in blocks that cover all columns; empty where only its diagonal is known.
  package var blocks: [Block]
  /// The diagonal of H: the mean square of each input.
  package var squares: [Float]
  /// The mean magnitude of each input.
  package var magnitudes: [Float]

  /// Statistics with H in blocks.
  package init(blocks: [Block], magnitudes: [Float]) {
    self.blocks = blocks
    self.magnitudes = magnitudes
    squares = blocks.flatMap { block in
      (0..<block.columns.count).map { block.matrix[$0 * block.columns.count + $0] }
    }
    precondition(squares.count == magnitudes.count)
  }

  /// Statistics of each input for itself.
  package init(squares: [Float], magnitudes: [Float]) {
    precondition(squares.count == magnitudes.count)
    blocks = []
    self.squares = squares
    self.magnitudes = magnitudes
  }

  /// The number of inputs.
  package var columns: Int { squares.count }

  /// Whether anything can be learnt from it: numbers, and not all of them zero.
  package var isUsable: Bool {
    squares.allSatisfy { $0.isFinite && $0 >= 0 } && magnitudes.allSatisfy(\.isFinite)
      && squares.contains { $0 > 0 }
      && blocks.allSatisfy { $0.matrix.allSatisfy(\.isFinite) }
  }

  /// How much an error in each column counts: m = H_jj / mean(H_jj) + 0.0001, so that no column counts nothing.
  package var importances: [Float] {
    let mean = squares.reduce(0.0) { $0 + Double($1) } / Double(max(columns, 1))
    guard mean > 0, mean.isFinite else { return [Float](repeating: 1, count: columns) }
    return squares.map { Float(Double($0) / mean + 1e-4) }
  }

  /// The statistics of the inputs multiplied by `factors`, one for each.
  package func scaled(_ factors: [Float]) -> InputStatistics {
    precondition(factors.count == columns)
    var result = self
    for index in blocks.indices {
      let (columns, size) = (blocks[index].columns, blocks[index].columns.count)
      result.blocks[index].matrix.withUnsafeMutableBufferPointer { matrix in
        for row in 0..<size {
          let factor = factors[columns.lowerBound + row]
          for column in 0..<size {
            matrix[row * size + column] *= factor * factors[columns.lowerBound + column]
          }
        }
      }
    }
    for column in factors.indices {
      result.squares[column] *= factors[column] * factors[column]
      result.magnitudes[column] *= abs(factors[column])
    }
    return result
  }

  /// Σ ΔwᵀHΔw over the rows Δw of a panel: what an error of the weights does to the outputs.
  package func loss(of error: Panel) -> Double {
    guard !blocks.isEmpty else {
      var sum = 0.0
      for column in 0..<columns {
        for row in 0..<Panel.rows {
          let value = Double(error.values[column * Panel.rows + row])
          sum += value * value * Double(squares[column])
        }
      }
      return sum
    }
    var total = 0.0
    for block in blocks {
      var sums = [Double](repeating: 0, count: Panel.rows)
      error.values.withUnsafeBufferPointer { values in
        guard let base = values.baseAddress else { return }
        oven_quadratic_form(
          base + block.columns.lowerBound * Panel.rows, block.columns.count, block.matrix, &sums)
      }
      total += sums.reduce(0, +)
    }
    return total
  }
}
