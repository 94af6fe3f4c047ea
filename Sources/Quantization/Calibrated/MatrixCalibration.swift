import Dispatch
import Synchronization
import Tensors

/// Which of the calibrated stages are applied; each is of worth alone.
package struct CalibrationStages: Sendable, Hashable {
  /// Activation-aware scales of channels (`--awq`).
  package var awq: Bool
  /// Scales of groups by importance (`--scale-estimation`).
  package var scaleEstimation: Bool
  /// Errors passed on to later columns (`--gptq`).
  package var gptq: Bool
  /// Scales and levels moved once more, each to the best place beside the others (`--refine`). Not
  /// measured on a model yet.
  package var refine: Bool

  package init(awq: Bool = true, scaleEstimation: Bool = true, gptq: Bool = true, refine: Bool = false) {
    self.awq = awq
    self.scaleEstimation = scaleEstimation
    self.gptq = gptq
    self.refine = refine
  }

  /// The stages in order, by their options' names.
  package var names: [String] {
    (awq ? ["awq"] : []) + (scaleEstimation ? ["scale-estimation"] : []) + (gptq ? ["gptq"] : [])
      + (refine ? ["refine"] : [])
  }
}

/// Rounds one matrix by what is known of its inputs.
package struct MatrixCalibration: Sendable {
  /// What was lost: Σ ΔwᵀHΔw and Σ wᵀHw over a sample of the rows.
  package struct Losses: Sendable {
    /// Of the scheme's own scales, rounded to nearest.
    package var before = 0.0
    package var after = 0.0
    package var total = 0.0

    package init() {}

    /// Adds the losses of other rows.
    package mutating func merge(_ other: Losses) {
      before += other.before
      after += other.after
      total += other.total
    }
  }

  /// What a slab of rows became.
  package struct SlabResult: Sendable {
    package var losses = Losses()
    package var statistics = RowStatistics()

    package init() {}
  }

  private let statistics: InputStatistics
  private let channelFactors: [Float]?
  private let importances: [Float]
  private let search: ScaleSearch
  private let plain: ScaleSearch
  private let compensation: ErrorCompensation?
  private let refinement: Refinement?
  /// Only every so many panels are measured: the loss of a large matrix needs few of its rows.
  private let lossStride: Int

  /// A calibration of the rows of one matrix.
  ///
  /// - Parameters:
  ///   - statistics: of its inputs, as they are after all channel scales.
  ///   - channelFactors: what the columns were multiplied by; the loss before is that without.
  ///   - compensation: the factorised statistics, made once for all matrices that share them; nil for none.
  ///   - refinement: of scales and levels after that; nil for none.
  package init(
    format: CompressedFormat, stages: CalibrationStages, statistics: InputStatistics,
    channelFactors: [Float]? = nil, compensation: ErrorCompensation?,
    refinement: Refinement? = nil, rows: Int
  ) throws(QuantizationError) {
    self.statistics = statistics
    self.channelFactors = channelFactors
    importances = statistics.importances
    search = try ScaleSearch(format: format, searches: stages.scaleEstimation)
    plain = try ScaleSearch(format: format, searches: false)
    self.compensation = stages.gptq ? compensation : nil
    self.refinement = stages.refine ? refinement : nil
    lossStride = max(1, rows / Panel.rows / 32)
  }

  /// Rounds `rows` rows that begin at row `first` of the matrix, on all processors, into `output`.
  ///
  /// - Precondition: `first` is a multiple of 16, and so is `rows` unless the matrix ends there.
  package func run(
    _ floats: UnsafeBufferPointer<Float>, rows: Int, columns: Int, first: Int, into output: CompressedRows
  ) -> SlabResult {
    let format = search.format
    let panels = (rows + Panel.rows - 1) / Panel.rows
    let source = SharedFloats(floats)
    let target = SharedRows(output)
    let results = Mutex([SlabResult](repeating: SlabResult(), count: panels))
    DispatchQueue.concurrentPerform(iterations: panels) { index in
      let begin = index * Panel.rows
      let count = min(Panel.rows, rows - begin)
      let piece = UnsafeBufferPointer(rebasing: source.floats[begin * columns..<(begin + count) * columns])
      let panel = Panel(rowsOf: piece, columns: columns)
      let (rounded, result) = round(
        panel, rows: count, measures: (first / Panel.rows + index) % lossStride == 0)
      rounded.pack(rows: count, format: format, into: target.rows(begin..<begin + count, format, columns))
      results.withLock { $0[index] = result }
    }
    // In the order of the rows, so that sums do not depend on who was first.
    return results.withLock { all in
      all.reduce(into: SlabResult()) { sum, one in
        sum.losses.merge(one.losses)
        sum.statistics.merge(one.statistics)
      }
    }
  }

  private func round(_ panel: Panel, rows: Int, measures: Bool) -> (CalibratedPanel, SlabResult) {
    let scales = search.run(panel, importances: importances)
    let levels =
      compensation?.run(panel, scales, of: search) ?? ErrorCompensation.nearest(panel, scales, of: search)
    var rounded = CalibratedPanel(levels: levels, scales: scales)
    if let refinement { rounded = refinement.run(rounded, of: panel, search) }
    var result = SlabResult()
    let error = rounded.values(groupSize: search.format.groupSize).minus(panel)
    result.statistics = Self.statistics(panel, error, rows)
    guard measures else { return (rounded, result) }
    result.losses.after = statistics.loss(of: error)
    result.losses.total = statistics.loss(of: panel)
    result.losses.before = statistics.loss(of: plainError(of: panel))
    return (rounded, result)
  }

  /// The error of the scheme's own scales on the numbers without channel scales, in the columns as they are now.
  private func plainError(of panel: Panel) -> Panel {
    let original = channelFactors.map { panel.scaled($0.map { 1 / $0 }) } ?? panel
    let scales = plain.run(original, importances: importances)
    let rounded = CalibratedPanel(
      levels: ErrorCompensation.nearest(original, scales, of: plain), scales: scales
    ).values(groupSize: plain.format.groupSize)
    return (channelFactors.map { rounded.scaled($0) } ?? rounded).minus(panel)
  }

  private static func statistics(_ panel: Panel, _ error: Panel, _ rows: Int) -> RowStatistics {
    var statistics = RowStatistics()
    statistics.count = rows * panel.columns
    for row in 0..<rows {
      var (errors, squares) = (0.0, 0.0)
      for column in 0..<panel.columns {
        let (value, off) = (panel.values[column * Panel.rows + row], error.values[column * Panel.rows + row])
        errors += Double(off * off)
        squares += Double(value * value)
        statistics.maximumMagnitude = max(statistics.maximumMagnitude, abs(value))
      }
      statistics.squaredError += errors
      statistics.squares += squares
      statistics.maximumRowError = max(statistics.maximumRowError, errors / Double(panel.columns))
    }
    return statistics
  }
}

/// Memory that several threads read, lent for as long as they do.
private struct SharedFloats: @unchecked Sendable {
  let floats: UnsafeBufferPointer<Float>

  init(_ floats: UnsafeBufferPointer<Float>) { self.floats = floats }
}

/// Memory that several threads write to, each to rows of its own.
private struct SharedRows: @unchecked Sendable {
  private let whole: CompressedRows

  init(_ whole: CompressedRows) { self.whole = whole }

  func rows(_ range: Range<Int>, _ format: CompressedFormat, _ columns: Int) -> CompressedRows {
    func part(
      _ bytes: UnsafeMutableRawBufferPointer, _ count: (_ rows: Int, _ columns: Int) -> Int
    ) -> UnsafeMutableRawBufferPointer {
      let (start, length) = (count(range.lowerBound, columns), count(range.count, columns))
      return UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + length])
    }
    return CompressedRows(
      values: part(whole.values) { format.valueByteCount(rows: $0, columns: $1) },
      scales: part(whole.scales) { format.scaleByteCount(rows: $0, columns: $1) },
      zeroPoints: part(whole.zeroPoints) { format.zeroPointByteCount(rows: $0, columns: $1) })
  }
}
