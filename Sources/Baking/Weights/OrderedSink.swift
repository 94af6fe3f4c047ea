import Foundation
import Quantization

/// Brings the units that workers finish in any order into the file in its own order.
///
/// Writing in order keeps the disk sequential, lets the checksum be computed on the way, and makes an interrupted
/// bake a good prefix of the file. A worker that is too far ahead waits, so that memory stays bounded.
///
/// Sendable because all mutable state is touched under `condition` only.
final class OrderedSink: @unchecked Sendable {
  /// A unit of work, with the memory for it.
  struct Assignment {
    var index: Int
    var unit: WeightUnit
    var buffer: UnitBuffer
    var sideParts: SideParts
  }

  private struct Finished {
    var buffer: UnitBuffer
    var statistics: RowStatistics
  }

  private let plan: BinPlan
  private let units: [WeightUnit]
  private let lastSegments: [Int]
  private let window: Int
  private let condition = NSCondition()
  private let onProgress: (WeightProgress) throws -> Void

  private var file: AppendedFile
  private var nextToTake = 0
  private var nextToWrite = 0
  private var nextSegment: Int
  private var pending: [Int: Finished] = [:]
  private var sideParts: [Int: SideParts] = [:]
  private var statistics: [Int: RowStatistics] = [:]
  private var spanDigest = FileDigest.fast
  private var failure: (any Error)?

  private var freeBuffers: [UnitBuffer] = []

  /// - Parameters:
  ///   - firstSegment: the segments before it are in the file already.
  ///   - window: how many units may be unfinished at a time.
  ///   - onProgress: called in order, under the lock, for every weight that is wholly in the file.
  init(
    plan: BinPlan, firstSegment: Int, file: consuming AppendedFile, window: Int,
    onProgress: @escaping (WeightProgress) throws -> Void
  ) {
    self.plan = plan
    self.file = file
    self.window = window
    self.onProgress = onProgress
    units = plan.units(from: firstSegment)
    lastSegments = plan.lastSegments
    nextSegment = firstSegment
  }

  /// The next unit; nil when there are none left or another worker failed. Waits while too many are unfinished.
  func take() -> Assignment? {
    condition.withLock {
      while failure == nil, nextToTake < units.count, nextToTake - nextToWrite >= window { condition.wait() }
      guard failure == nil, nextToTake < units.count else { return nil }
      let index = nextToTake
      nextToTake += 1
      let unit = units[index]
      let parts = sideParts[unit.job] ?? SideParts(plan.jobs[unit.job])
      sideParts[unit.job] = parts
      return Assignment(
        index: index, unit: unit, buffer: freeBuffers.popLast() ?? UnitBuffer(), sideParts: parts)
    }
  }

  /// Hands in a finished unit, and writes whatever is complete up to it.
  func finish(_ assignment: Assignment, _ statistics: RowStatistics) {
    condition.withLock {
      pending[assignment.index] = Finished(buffer: assignment.buffer, statistics: statistics)
      do {
        while failure == nil, let finished = pending.removeValue(forKey: nextToWrite) {
          try write(finished, of: units[nextToWrite])
          nextToWrite += 1
          freeBuffers.append(finished.buffer)
        }
      } catch { failure = failure ?? error }
      condition.broadcast()
    }
  }

  /// Stops all workers; the first failure is the one that counts.
  func fail(_ error: any Error) {
    condition.withLock {
      failure = failure ?? error
      condition.broadcast()
    }
  }

  /// After the last worker has ended: the file's checksum.
  /// - Throws: the first failure of any worker.
  func close() throws -> Checksum {
    try condition.withLock {
      if let failure { throw failure }
      try writeReadySegments()
      try pad(to: plan.totalByteCount)
      return file.checksum
    }
  }

  private func write(_ finished: Finished, of unit: WeightUnit) throws {
    if unit.rows.lowerBound == 0 {
      try writeReadySegments()
      try pad(to: plan.segments[nextSegment].offset)
      spanDigest = .fast
    }
    try append(UnsafeRawBufferPointer(finished.buffer.bytes))
    statistics[unit.job, default: RowStatistics()].merge(finished.statistics)
    if unit.isLast {
      try segmentEnded()
      try writeReadySegments()
    }
  }

  /// Writes the segments up to the next one that waits for units.
  private func writeReadySegments() throws {
    while nextSegment < plan.segments.count {
      let segment = plan.segments[nextSegment]
      switch segment.content {
      case .bytes(let bytes):
        try pad(to: segment.offset)
        try bytes.withUnsafeBytes { try append($0) }
      case .part(let job, let part):
        guard part != plan.jobs[job].mainPart, let parts = sideParts[job] else { return }
        try pad(to: segment.offset)
        try append(UnsafeRawBufferPointer(parts[part]))
      }
      try segmentEnded()
    }
  }

  /// Moves on to the next segment; tells of a job whose last segment this was.
  private func segmentEnded() throws {
    let ended = nextSegment
    nextSegment += 1
    guard case .part(let job, _) = plan.segments[ended].content, lastSegments[job] == ended else { return }
    sideParts[job] = nil
    try onProgress(
      WeightProgress(
        job: job, statistics: statistics.removeValue(forKey: job) ?? RowStatistics(),
        checksum: spanDigest.checksum))
  }

  private func pad(to offset: Int) throws {
    let zeros = [UInt8](repeating: 0, count: max(0, offset - file.byteCount))
    try zeros.withUnsafeBytes { try append($0) }
  }

  private func append(_ bytes: UnsafeRawBufferPointer) throws {
    try file.append(bytes)
    spanDigest.update(bytes)
  }
}

/// Told when a weight is whole in the file.
struct WeightProgress: Sendable {
  var job: Int
  /// How far the stored values are from the source.
  var statistics: RowStatistics
  /// The checksum of the file from the first byte of the weight's first part to the last byte of its last one,
  /// padding between the parts included.
  var checksum: Checksum
}
