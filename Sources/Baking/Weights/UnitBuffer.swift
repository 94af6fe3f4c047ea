import Graph

/// Memory for the packed values of one unit, reused from unit to unit.
///
/// Sendable because exactly one thread at a time has it: the worker that fills it, then whoever writes it out.
final class UnitBuffer: @unchecked Sendable {
  private var storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private(set) var byteCount = 0

  deinit { storage.deallocate() }

  /// Makes the buffer `count` bytes long, with undefined contents.
  func resize(to count: Int) {
    if storage.count < count {
      storage.deallocate()
      storage = .allocate(byteCount: count, alignment: 64)
    }
    byteCount = count
  }

  /// The bytes.
  var bytes: UnsafeMutableRawBufferPointer { .init(rebasing: storage[..<byteCount]) }
}

/// The scales and zero points of one weight, collected while its values are being written.
///
/// They lie behind the values in the file, so they wait here; they are a small part of a weight (a 32nd with
/// groups of 128). Sendable because the workers write disjoint rows of it, and it is only read after all of them
/// are done with it.
final class SideParts: @unchecked Sendable {
  let scales: UnsafeMutableRawBufferPointer
  let zeroPoints: UnsafeMutableRawBufferPointer

  init(_ job: WeightJob) {
    scales = .allocate(byteCount: job.byteCount(.scales, rows: job.rows), alignment: 64)
    zeroPoints = .allocate(byteCount: job.byteCount(.zeroPoints, rows: job.rows), alignment: 64)
  }

  deinit {
    scales.deallocate()
    zeroPoints.deallocate()
  }

  /// The bytes of a part.
  subscript(part: Blob.Part) -> UnsafeMutableRawBufferPointer { part == .scales ? scales : zeroPoints }
}
