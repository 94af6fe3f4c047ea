import Kernels
import Tensors

/// Finds the scale of each group by what an error costs, instead of by the largest number alone.
///
/// For a group of weights w with importances m, many scales are tried. Each rounds the weights to levels c, to which
/// the best scale is s = Σ m·w·c / Σ m·c²; s is rounded as it is stored, and the sum of m·(w − s·c(w/s))² is what
/// counts. The scheme's own scale is among the candidates, so that nothing gets worse; the best one is refined three
/// times. Symmetric schemes try both signs, since one level is without a counterpart; asymmetric ones try zero points
/// around the middle of the range. (MXFP4 has powers of two only: there the neighbours are tried.)
package struct ScaleSearch: Sendable {
  /// Scales and zero points of the groups of a panel, [groups][16].
  package struct Result: Sendable {
    package var scales: [Float]
    package var zeroPoints: [Float]
    /// The weighted squared error of each group.
    package var errors: [Float]
  }

  /// What is written.
  package let format: CompressedFormat
  /// Whether scales are searched; else they are the scheme's own.
  package let searches: Bool
  private let scheme: oven_scheme

  /// - Throws: `QuantizationError` of code `unsupportedFormat` for formats that are not of four bits.
  package init(format: CompressedFormat, searches: Bool = true) throws(QuantizationError) {
    guard let scheme = Quantization.scheme(of: format), format.elementType.bits == 4 else {
      throw QuantizationError(.unsupportedFormat, "scales of \(format) cannot be searched")
    }
    self.format = format
    self.searches = searches
    self.scheme = scheme.kernel
  }

  var kernel: oven_scheme { scheme }

  /// The scales of a panel of rows.
  /// - Precondition: the group size divides the columns, and there is an importance for each.
  package func run(_ panel: Panel, importances: [Float]) -> Result {
    let size = format.groupSize ?? panel.columns
    precondition(importances.count == panel.columns && panel.columns % max(size, 1) == 0 && size > 0)
    let count = panel.columns / size * Panel.rows
    var result = Result(
      scales: .init(repeating: 0, count: count), zeroPoints: .init(repeating: 0, count: count),
      errors: .init(repeating: 0, count: count))
    panel.values.withUnsafeBufferPointer { values in
      importances.withUnsafeBufferPointer { importances in
        result.scales.withUnsafeMutableBufferPointer { scales in
          result.zeroPoints.withUnsafeMutableBufferPointer { zeroPoints in
            result.errors.withUnsafeMutableBufferPointer { errors in
              var job = oven_search_job()
              job.scheme = scheme
              job.panel = values.baseAddress
              (job.columns, job.group_size) = (panel.columns, size)
              job.importances = importances.baseAddress
              job.scales_are_f32 = format.scaleType == .f32 ? 1 : 0
              job.sweeps = searches ? 1 : 0
              job.scales = scales.baseAddress
              job.zero_points = zeroPoints.baseAddress
              job.errors = errors.baseAddress
              oven_search(&job)
            }
          }
        }
      }
    }
    return result
  }
}
