import Foundation

/// Activation-aware scales (AWQ: Lin et al. 2023): columns with large inputs are made larger before they are rounded,
/// so that they lose less; what computes the inputs is divided by the same factors.
///
/// The factors are t = a^α, a the mean magnitude of each input, divided by √(max t · min t). α is the one of 0, ⅛ … ⅞
/// that loses least: ΔW = Q(W·diag t)·diag(1/t) − W, and the loss is tr(ΔW·H·ΔWᵀ).
package enum ChannelScales {
  /// The exponents that are tried.
  package static let exponents: [Double] = (0..<8).map { Double($0) / 8 }

  /// Inputs that are smaller than this part of the largest one count as that: a factor stays a moderate number.
  private static let floor = 1e-4

  /// The factors for an exponent; nil where all inputs are zero.
  package static func factors(_ magnitudes: [Float], exponent: Double) -> [Float]? {
    guard let largest = magnitudes.max(), largest > 0, largest.isFinite else { return nil }
    let least = Double(largest) * floor
    let powers = magnitudes.map { pow(max(Double($0), least), exponent) }
    guard let high = powers.max(), let low = powers.min(), low > 0 else { return nil }
    let middle = (high * low).squareRoot()
    return powers.map { Float($0 / middle) }
  }

  /// What the rows of a panel lose when their columns are multiplied by `factors` and rounded to searched scales.
  package static func loss(
    of panel: Panel, factors: [Float], statistics: InputStatistics, search: ScaleSearch
  ) -> Double {
    let inverse = factors.map { 1 / $0 }
    let scaled = panel.scaled(factors)
    let importances = importances(statistics, inverse)
    let scales = search.run(scaled, importances: importances)
    let levels = ErrorCompensation.nearest(scaled, scales, of: search)
    let result = CalibratedPanel(levels: levels, scales: scales).values(groupSize: search.format.groupSize)
    return statistics.loss(of: result.scaled(inverse).minus(panel))
  }

  /// The importances of columns whose inputs are divided by factors: m_j = H_jj / t_j².
  private static func importances(_ statistics: InputStatistics, _ inverse: [Float]) -> [Float] {
    let squares = zip(statistics.squares, inverse).map { $0 * $1 * $1 }
    return InputStatistics(squares: squares, magnitudes: squares).importances
  }
}
