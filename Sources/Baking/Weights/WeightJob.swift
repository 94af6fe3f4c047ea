import Graph
import Tensors

/// One weight of the plan: what to read and how to store it.
struct WeightJob: Sendable {
  /// The checkpoint's name of the tensor, or the module's of a merged one.
  var name: String
  var role: WeightRole
  var weight: Weight
  var format: WeightFormat
  /// Whether the checkpoint's own quantised values are stored as they are.
  var isKept: Bool
  /// The codes, where a calibration has found them.
  var calibrated: CalibratedWeights.Codes?

  var rows: Int { weight.shape.rows }
  var columns: Int { weight.shape.columns }

  /// How many bytes of the checkpoint the job reads, for progress.
  var sourceByteCount: Int { weight.tensors.reduce(0) { $0 + $1.storedByteCount } }

  /// The bytes that `count` rows take in a part.
  func byteCount(_ part: Blob.Part, rows count: Int) -> Int {
    switch (format, part) {
    case (.dense(let type), .dense): type.byteCount(of: count * columns)
    case (.compressed(let format), .values): format.valueByteCount(rows: count, columns: columns)
    case (.compressed(let format), .scales): format.scaleByteCount(rows: count, columns: columns)
    case (.compressed(let format), .zeroPoints): format.zeroPointByteCount(rows: count, columns: columns)
    default: 0
    }
  }

  /// About `count` rows, such that pieces of so many begin at even rows, and where rows lie together in the file.
  func aligned(_ count: Int) -> Int {
    let group = weight.rowGroup
    let unit = group % 2 == 0 ? group : group * 2
    return max(unit, count / unit * unit)
  }

  /// The part that the units of the job fill: the values, or the plain numbers.
  var mainPart: Blob.Part {
    if case .dense = format { .dense } else { .values }
  }
}

/// A run of rows of a job: what one worker does at a time.
struct WeightUnit: Sendable {
  var job: Int
  var rows: Range<Int>
  /// Whether it is the last one of its job.
  var isLast: Bool

  /// About this many elements make a unit: big enough that calls do not count, small enough that a few of them
  /// fit into any memory.
  static let elementCount = 1 << 20

  /// The units of one job. They begin at even rows, so that packed four-bit rows and zero points begin at whole
  /// bytes.
  static func units(of job: WeightJob, index: Int) -> [WeightUnit] {
    let perUnit = job.aligned(elementCount / max(job.columns, 1))
    return stride(from: 0, to: job.rows, by: perUnit).map { start in
      let end = min(start + perUnit, job.rows)
      return WeightUnit(job: index, rows: start..<end, isLast: end == job.rows)
    }
  }
}
