import Synchronization
import Tensors

/// Two matrices that were taken for the same are not.
package struct DifferentHead: Error, Sendable, CustomStringConvertible {
  /// The name of the head that is stored.
  package let head: String

  package var description: String { "'\(head)' is another matrix than the embedding" }
}

/// An embedding that stands for a stored head too, compared with it while it is read: to compare both beforehand would
/// read them twice, and they are the largest matrices of a small model.
///
/// Whoever reads it learns by `DifferentHead` that the head has to be used after all.
struct ComparedTensor: StoredTensor {
  private let base: any StoredTensor
  private let other: any StoredTensor
  private let progress: Progress

  /// The rows that were found to be equal.
  private final class Progress: Sendable {
    private let rows: Mutex<[Bool]>

    init(count: Int) { rows = Mutex([Bool](repeating: false, count: count)) }

    func has(_ range: Range<Int>) -> Bool { rows.withLock { rows in range.allSatisfy { rows[$0] } } }
    func add(_ range: Range<Int>) { rows.withLock { rows in for row in range { rows[row] = true } } }
  }

  /// Rows that are looked at before anything is baked; two heads differ in most of theirs.
  private static let sampleCount = 8

  /// Nil where the two are different already by shape, type or a few rows.
  init?(_ base: any StoredTensor, other: any StoredTensor) throws {
    guard base.shape == other.shape, base.formatName == other.formatName else { return nil }
    (self.base, self.other, progress) = (base, other, Progress(count: base.shape.rows))
    let rows = base.shape.rows
    var buffer = [Float](repeating: 0, count: base.shape.columns)
    for row in Set((0..<Self.sampleCount).map { $0 * max(rows - 1, 0) / (Self.sampleCount - 1) })
    where row < rows {
      do {
        try buffer.withUnsafeMutableBufferPointer {
          try readRows(row..<row + 1, into: $0, scratch: ScratchBuffer())
        }
      } catch is DifferentHead { return nil }
    }
  }

  var name: String { base.name }
  var shape: Shape { base.shape }
  var formatName: String { base.formatName }
  var storedByteCount: Int { base.storedByteCount }
  var elementType: ElementType? { base.elementType }
  var keptFormat: CompressedFormat? { base.keptFormat }
  var rowGroup: Int { base.rowGroup }

  func readRows(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>, scratch: ScratchBuffer
  ) throws {
    try base.readRows(rows, into: output, scratch: scratch)
    if progress.has(rows) { return }
    try compare(rows, with: UnsafeRawBufferPointer(output)) { bytes in
      try other.readRows(rows, into: bytes.bindMemory(to: Float.self), scratch: scratch)
    }
  }

  func readRawRows(_ rows: Range<Int>, into output: UnsafeMutableRawBufferPointer) throws {
    try base.readRawRows(rows, into: output)
    if progress.has(rows) { return }
    try compare(rows, with: UnsafeRawBufferPointer(output)) { try other.readRawRows(rows, into: $0) }
  }

  func readKeptRows(_ rows: Range<Int>, into output: CompressedRows, scratch: ScratchBuffer) throws {
    try base.readKeptRows(rows, into: output, scratch: scratch)
    if progress.has(rows) { return }
    // The numbers that both stand for, since parts of kept rows lie in three places.
    var numbers = [Float](repeating: 0, count: rows.count * shape.columns)
    try numbers.withUnsafeMutableBufferPointer { try readRows(rows, into: $0, scratch: ScratchBuffer()) }
  }

  private func compare(
    _ rows: Range<Int>, with bytes: UnsafeRawBufferPointer,
    reading read: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    let isEqual = try ScratchBuffer().withBytes(bytes.count) { buffer in
      try read(buffer)
      return buffer.elementsEqual(bytes)
    }
    guard isEqual else { throw DifferentHead(head: other.name) }
    progress.add(rows)
  }
}
