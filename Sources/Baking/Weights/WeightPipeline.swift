import Dispatch
import Errors
import Files
import Graph
import Quantization
import Tensors

/// Streams weights from the checkpoint through the quantiser into the file, on all processors.
///
/// Each worker reads a slab of rows, compresses it and hands it to the ordered sink: reading, computing and
/// writing overlap because the workers are at different steps.
struct WeightPipeline: Sendable {
  var plan: BinPlan
  var workerCount = HostResources.processorCount
  var allowsNonFinite = false
  /// Elements of a piece, where a test wants other ones than usual.
  var pieceElementCount = WeightPipeline.pieceElementCount
  /// Asked between units; true stops the bake.
  var isCancelled: @Sendable () -> Bool = { false }

  /// Rows are converted to float32 in pieces of about this many elements, which stay in a core's cache.
  static let pieceElementCount = 1 << 16

  /// Writes the segments from `firstSegment` on to `file`.
  ///
  /// - Parameter onProgress: called in the order of the file when a weight is whole.
  /// - Returns: the checksum of the whole file.
  func run(
    into file: consuming AppendedFile, from firstSegment: Int = 0,
    onProgress: @escaping (WeightProgress) throws -> Void
  ) throws -> Checksum {
    let sink = OrderedSink(
      plan: plan, firstSegment: firstSegment, file: file, window: workerCount * 3, onProgress: onProgress)
    DispatchQueue.concurrentPerform(iterations: workerCount) { _ in
      let encoder = WeightEncoder()
      while let assignment = sink.take() {
        do {
          if isCancelled() { throw BakeError.interrupted }
          sink.finish(assignment, try encode(assignment, with: encoder))
        } catch { sink.fail(error) }
      }
    }
    return try sink.close()
  }

  private func encode(
    _ assignment: OrderedSink.Assignment, with encoder: WeightEncoder
  ) throws -> RowStatistics {
    let job = plan.jobs[assignment.unit.job]
    let rows = assignment.unit.rows
    assignment.buffer.resize(to: job.byteCount(job.mainPart, rows: rows.count))
    var statistics = RowStatistics()
    // Pieces begin at even rows of the unit for the same reason that units begin at even rows of the job.
    let step = job.aligned(pieceElementCount / max(job.columns, 1))
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: step) {
      let piece = start..<min(start + step, rows.upperBound)
      let output = job.destination(of: piece, after: rows.lowerBound, assignment)
      statistics.merge(try encoder.encode(piece, of: job, into: output))
    }
    if statistics.nonFiniteCount > 0, !allowsNonFinite { throw BakeError.nonFinite(job, statistics) }
    if statistics.overflowCount > 0 { throw BakeError.overflow(job, statistics) }
    return statistics
  }
}

extension WeightJob {
  /// Where rows `piece` go: values into the unit's buffer, which begins at row `first`, the rest into the parts
  /// of the whole job.
  fileprivate func destination(
    of piece: Range<Int>, after first: Int, _ assignment: OrderedSink.Assignment
  ) -> CompressedRows {
    func slice(
      _ bytes: UnsafeMutableRawBufferPointer, _ part: Blob.Part, after first: Int
    ) -> UnsafeMutableRawBufferPointer {
      let start = byteCount(part, rows: piece.lowerBound - first)
      return UnsafeMutableRawBufferPointer(
        rebasing: bytes[start..<start + byteCount(part, rows: piece.count)])
    }
    return CompressedRows(
      values: slice(assignment.buffer.bytes, mainPart, after: first),
      scales: slice(assignment.sideParts.scales, .scales, after: 0),
      zeroPoints: slice(assignment.sideParts.zeroPoints, .zeroPoints, after: 0))
  }
}

extension BakeError {
  /// The user stopped the bake.
  public static var interrupted: BakeError {
    BakeError(
      .cancelled, "the bake was stopped", why: "it was interrupted",
      advice: "the same command with \(setting: .resume) continues where it stopped")
  }

  static func nonFinite(_ job: WeightJob, _ statistics: RowStatistics) -> BakeError {
    BakeError(
      .badData, "'\(job.name)' contains NaN or infinity (\(statistics.nonFiniteCount) numbers at least)",
      why: "a model with such weights answers garbage; the download may be damaged",
      advice: "fetch the checkpoint again, or bake it all the same with \(setting: .allowNonFinite)")
  }

  static func overflow(_ job: WeightJob, _ statistics: RowStatistics) -> BakeError {
    BakeError(
      .badData,
      "'\(job.name)' has numbers that do not fit into 16 bits (\(statistics.overflowCount) at least)",
      why: "the largest magnitude is \(statistics.maximumMagnitude), float16 ends at 65504",
      advice: "bake it with \(setting: .weightFormat) fp32")
  }
}
