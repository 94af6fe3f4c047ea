import Kernels
import Tensors

/// Moves scales and levels that were chosen one after another to a better place beside them.
///
/// The loss ΔwᵀHΔw is a quadratic form of the scales while the levels stay, and of each level while all others stay:
/// each in turn goes to its minimum, rounded as it is stored. A step never makes the loss larger but for rounding.
package struct Refinement: Sendable {
  /// How often all scales and levels are gone through.
  package static let sweeps = 2

  private let blocks: [InputStatistics.Block]

  /// - Returns: nil where H is known by its diagonal only: nothing depends on anything else then.
  package init?(_ statistics: InputStatistics, damping: Double = ErrorCompensation.damping) {
    guard !statistics.blocks.isEmpty, statistics.isUsable else { return nil }
    blocks = statistics.blocks.map { block in
      let size = block.columns.count
      let mean = (0..<size).reduce(0.0) { $0 + Double(block.matrix[$1 * size + $1]) } / Double(max(size, 1))
      var damped = block
      for index in 0..<size { damped.matrix[index * size + index] += Float(damping * mean) }
      return damped
    }
  }

  /// Whether all groups of the format lie inside of one block each.
  private func fits(_ groupSize: Int) -> Bool {
    blocks.allSatisfy { $0.columns.lowerBound % groupSize == 0 && $0.columns.count % groupSize == 0 }
  }

  /// The rounded rows, refined.
  package func run(_ rounded: CalibratedPanel, of panel: Panel, _ search: ScaleSearch) -> CalibratedPanel {
    let size = search.format.groupSize ?? panel.columns
    guard fits(size) else { return rounded }
    var result = rounded
    var (gradient, product) = (panel.values, panel.values)
    for block in blocks {
      let first = block.columns.lowerBound * Panel.rows
      let group = block.columns.lowerBound / size * Panel.rows
      panel.values.withUnsafeBufferPointer { values in
        result.levels.values.withUnsafeMutableBufferPointer { levels in
          result.scales.scales.withUnsafeMutableBufferPointer { scales in
            result.scales.zeroPoints.withUnsafeBufferPointer { zeroPoints in
              block.matrix.withUnsafeBufferPointer { matrix in
                gradient.withUnsafeMutableBufferPointer { gradient in
                  product.withUnsafeMutableBufferPointer { product in
                    var job = oven_refine_job()
                    job.scheme = search.kernel
                    job.scales_are_f32 = search.format.scaleType == .f32 ? 1 : 0
                    job.panel = values.baseAddress.map { $0 + first }
                    (job.columns, job.group_size) = (block.columns.count, size)
                    job.matrix = matrix.baseAddress
                    job.scales = scales.baseAddress.map { $0 + group }
                    job.levels = levels.baseAddress.map { $0 + first }
                    job.zero_points = zeroPoints.baseAddress.map { $0 + group }
                    job.sweeps = Int32(Self.sweeps)
                    job.gradient = gradient.baseAddress
                    job.product = product.baseAddress
                    oven_refine(&job)
                  }
                }
              }
            }
          }
        }
      }
    }
    return result
  }
}
