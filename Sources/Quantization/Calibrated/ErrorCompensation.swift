import Kernels
import Tensors

/// Rounds the columns of a matrix one after another, and lets those that are still to come make up for the error of
/// those that were (GPTQ: Frantar et al. 2022).
///
/// The columns with the largest inputs are rounded first (act-order), while the scales stay those of the groups as
/// they lie in the file. With H + λI = M·D·Mᵀ, M unit upper triangular in the order of rounding, column k becomes
/// Q(w_k + Σ_{j before k} (w_j − q_j) · M_jk): the same choices as by the inverse of H, from a single Cholesky factor.
package struct ErrorCompensation: Sendable {
  /// λ as a part of the mean of H's diagonal.
  package static let damping = 0.1

  private struct Block: Sendable {
    var columns: Range<Int>
    /// Columns of the block (counted from its first) by rising H_jj: the last one is rounded first.
    var order: [Int]
    /// [count][count], unit lower triangular in that order.
    var factor: [Float]
  }

  private let blocks: [Block]

  /// Factorises the statistics; the blocks side by side.
  /// - Returns: nil where H is known by its diagonal only or cannot be factorised.
  package init?(_ statistics: InputStatistics, damping: Double = Self.damping) {
    guard !statistics.blocks.isEmpty, statistics.isUsable else { return nil }
    var blocks: [Block] = []
    for block in statistics.blocks {
      guard let factorised = Self.factorised(block, damping) else { return nil }
      blocks.append(factorised)
    }
    self.blocks = blocks
  }

  private static func factorised(_ block: InputStatistics.Block, _ damping: Double) -> Block? {
    let size = block.columns.count
    let diagonal = (0..<size).map { block.matrix[$0 * size + $0] }
    // Equal ones in the order of the columns, so that there is one result.
    let order = (0..<size).sorted { (diagonal[$0], $1) < (diagonal[$1], $0) }
    let mean = diagonal.reduce(0.0) { $0 + Double($1) } / Double(max(size, 1))
    // Inputs that were all zero say nothing: any order and no compensation.
    guard mean > 0 else {
      var unit = [Float](repeating: 0, count: size * size)
      for index in 0..<size { unit[index * size + index] = 1 }
      return Block(columns: block.columns, order: order, factor: unit)
    }
    // Rounding noise of the sums can make H slightly indefinite; more damping mends that.
    for strength in [1.0, 10, 100] {
      var matrix = [Double](repeating: 0, count: size * size)
      block.matrix.withUnsafeBufferPointer { source in
        for row in 0..<size {
          for column in 0...row {
            matrix[row * size + column] = Double(source[order[row] * size + order[column]])
          }
          matrix[row * size + row] += damping * strength * mean
        }
      }
      guard oven_cholesky(&matrix, size) != 0 else { continue }
      var factor = [Float](repeating: 0, count: size * size)
      for row in 0..<size {
        for column in 0...row {
          factor[row * size + column] = Float(
            matrix[row * size + column] / matrix[column * size + column])
        }
      }
      return Block(columns: block.columns, order: order, factor: factor)
    }
    return nil
  }

  /// The levels of a panel for scales that were chosen: what its codes stand for, without the scale, [columns][16].
  package func run(_ panel: Panel, _ scales: ScaleSearch.Result, of search: ScaleSearch) -> Panel {
    let size = search.format.groupSize ?? panel.columns
    var result = Panel(columns: panel.columns)
    for block in blocks {
      let places = block.order.map { $0 + block.columns.lowerBound }
      let levels = ErrorCompensation.levels(
        panel.reordered(places), scales, groups: places.map { UInt32($0 / size) }, factor: block.factor,
        scheme: search.kernel)
      for (index, place) in places.enumerated() {
        for row in 0..<Panel.rows {
          result.values[place * Panel.rows + row] = levels[index * Panel.rows + row]
        }
      }
    }
    return result
  }

  /// The levels that each number is rounded to for itself: no error is passed on.
  package static func nearest(_ panel: Panel, _ scales: ScaleSearch.Result, of search: ScaleSearch) -> Panel {
    let size = search.format.groupSize ?? panel.columns
    var result = panel
    result.values = levels(
      panel, scales, groups: (0..<panel.columns).map { UInt32($0 / size) }, factor: nil, scheme: search.kernel
    )
    return result
  }

  private static func levels(
    _ panel: Panel, _ scales: ScaleSearch.Result, groups: [UInt32], factor: [Float]?, scheme: oven_scheme
  ) -> [Float] {
    var moved = [Float](repeating: 0, count: panel.values.count)
    var levels = moved
    panel.values.withUnsafeBufferPointer { values in
      groups.withUnsafeBufferPointer { groups in
        scales.scales.withUnsafeBufferPointer { scaleValues in
          scales.zeroPoints.withUnsafeBufferPointer { zeroPoints in
            (factor ?? []).withUnsafeBufferPointer { triangle in
              moved.withUnsafeMutableBufferPointer { moved in
                levels.withUnsafeMutableBufferPointer { levels in
                  var job = oven_compensate_job()
                  job.scheme = scheme
                  job.panel = values.baseAddress
                  job.columns = panel.columns
                  job.groups = groups.baseAddress
                  job.scales = scaleValues.baseAddress
                  job.zero_points = zeroPoints.baseAddress
                  job.factor = factor == nil ? nil : triangle.baseAddress
                  job.moved = moved.baseAddress
                  job.levels = levels.baseAddress
                  oven_compensate(&job)
                }
              }
            }
          }
        }
      }
    }
    return levels
  }
}
