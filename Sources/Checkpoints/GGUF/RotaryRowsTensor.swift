import Tensors

/// A query or key projection whose rows ggml has permuted so that the two numbers that rotate together are
/// neighbours; seen in the order of Hugging Face, where they are half a head apart.
///
/// Whole rows move, so quantised blocks stay as they are. Heads are read whole: one read of the file a head.
struct RotaryRowsTensor: StoredTensor {
  let name: String
  /// The matrix [heads · head size, columns] in ggml's order.
  let base: any StoredTensor
  /// Rows of one head, an even number that divides the rows of the base.
  let headSize: Int

  var shape: Shape { base.shape }
  var formatName: String { base.formatName }
  var storedByteCount: Int { base.storedByteCount }
  var elementType: ElementType? { base.elementType }
  var keptFormat: CompressedFormat? { base.keptFormat }
  var rowGroup: Int { headSize }

  func readRows(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>, scratch: ScratchBuffer
  ) throws {
    let head = UnsafeMutableBufferPointer<Float>.allocate(capacity: headSize * shape.columns)
    defer { head.deallocate() }
    for start in headStarts(rows) {
      try base.readRows(start..<start + headSize, into: head, scratch: scratch)
      move(
        UnsafeRawBufferPointer(head), at: start, to: UnsafeMutableRawBufferPointer(output), rows,
        4 * shape.columns)
    }
  }

  func readKeptRows(_ rows: Range<Int>, into output: CompressedRows, scratch: ScratchBuffer) throws {
    guard let format = keptFormat else {
      throw TensorError(.unsupportedType, "\(name) (\(formatName)) has no quantised values to keep")
    }
    let targets = [output.values, output.scales, output.zeroPoints]
    let sizes = [
      format.valueByteCount(rows: 1, columns: shape.columns),
      format.scaleByteCount(rows: 1, columns: shape.columns),
      format.zeroPointByteCount(rows: 1, columns: shape.columns),
    ]
    let parts = sizes.map { UnsafeMutableRawBufferPointer.allocate(byteCount: $0 * headSize, alignment: 64) }
    defer { for part in parts { part.deallocate() } }
    let head = CompressedRows(values: parts[0], scales: parts[1], zeroPoints: parts[2])
    for start in headStarts(rows) {
      try base.readKeptRows(start..<start + headSize, into: head, scratch: scratch)
      for index in 0..<3 where sizes[index] > 0 {
        move(UnsafeRawBufferPointer(parts[index]), at: start, to: targets[index], rows, sizes[index])
      }
    }
  }

  func readRawRows(_ rows: Range<Int>, into output: UnsafeMutableRawBufferPointer) throws {
    guard let type = elementType else {
      throw TensorError(.unsupportedType, "\(name) (\(formatName)) is not stored as plain numbers")
    }
    let rowBytes = type.byteCount(of: shape.columns)
    let head = UnsafeMutableRawBufferPointer.allocate(byteCount: headSize * rowBytes, alignment: 64)
    defer { head.deallocate() }
    for start in headStarts(rows) {
      try base.readRawRows(start..<start + headSize, into: head)
      move(UnsafeRawBufferPointer(head), at: start, to: output, rows, rowBytes)
    }
  }

  /// The first rows of the heads that `rows` touch.
  private func headStarts(_ rows: Range<Int>) -> StrideTo<Int> {
    stride(from: rows.lowerBound / headSize * headSize, to: rows.upperBound, by: headSize)
  }

  /// Where ggml has a row of a head: row `half · j + i` is row `2 · i + j` there.
  static func storedRow(_ row: Int, headSize: Int) -> Int { row % (headSize / 2) * 2 + row / (headSize / 2) }

  /// Copies those rows of a head that are among `rows` to their places in `output`, which begins with
  /// `rows.lowerBound`.
  private func move(
    _ head: UnsafeRawBufferPointer, at start: Int, to output: UnsafeMutableRawBufferPointer,
    _ rows: Range<Int>, _ rowBytes: Int
  ) {
    for row in rows.clamped(to: start..<start + headSize) {
      let stored = RotaryRowsTensor.storedRow(row - start, headSize: headSize)
      let target = (row - rows.lowerBound) * rowBytes
      UnsafeMutableRawBufferPointer(rebasing: output[target..<target + rowBytes]).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: head[stored * rowBytes..<(stored + 1) * rowBytes]))
    }
  }
}
