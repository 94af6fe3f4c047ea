import Tensors

/// A view whose numbers do not lie one after another: a transposed or sliced tensor that was saved as it was.
struct StridedTensor: StoredTensor {
  let name: String
  let shape: Shape
  let type: ElementType
  let source: any ByteSource
  /// The position of the first number in `source`. The last one was checked to be inside of it.
  let offset: Int
  /// The distance of neighbours along each axis, in numbers; none is negative.
  let strides: [Int]

  var formatName: String { type.rawValue }
  var storedByteCount: Int { type.byteCount(of: shape.elementCount) }
  var elementType: ElementType? { type }

  func readRows(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>, scratch: ScratchBuffer
  ) throws {
    let count = rows.count * shape.columns
    precondition(output.count == count)
    guard let base = output.baseAddress, count > 0 else { return }
    try scratch.withBytes(type.byteCount(of: count)) { bytes in
      try readRawRows(rows, into: bytes)
      if let raw = bytes.baseAddress { FloatConversion.convert(type, from: raw, count: count, to: base) }
    }
  }

  func readRawRows(_ rows: Range<Int>, into output: UnsafeMutableRawBufferPointer) throws {
    precondition(output.count == type.byteCount(of: rows.count * shape.columns))
    guard !output.isEmpty else { return }
    if shape.rank == 2, strides[1] > strides[0] { return try readColumns(of: rows, into: output) }
    let span = ScratchBuffer()
    for (index, row) in rows.enumerated() {
      try read(
        count: shape.columns, from: start(ofRow: row), stride: strides.last ?? 1, span,
        into: output, at: index * shape.columns, step: 1)
    }
  }

  /// Reads a part of each column in turn, where neighbours in a column are closer together than in a row.
  private func readColumns(of rows: Range<Int>, into output: UnsafeMutableRawBufferPointer) throws {
    let span = ScratchBuffer()
    for column in 0..<shape.columns {
      let start = rows.lowerBound * strides[0] + column * strides[1]
      try read(
        count: rows.count, from: start, stride: strides[0], span, into: output, at: column,
        step: shape.columns)
    }
  }

  /// Reads `count` numbers that lie `stride` apart and stores them `step` apart.
  private func read(
    count: Int, from first: Int, stride: Int, _ span: ScratchBuffer,
    into output: UnsafeMutableRawBufferPointer,
    at place: Int, step: Int
  ) throws {
    let size = type.bits / 8
    // A piece of the file at a time, so that wide strides need no large buffer.
    let piece = max(1, min(count, (1 << 20) / max(stride * size, 1)))
    try span.withBytes(((piece - 1) * stride + 1) * size) { bytes in
      for done in Swift.stride(from: 0, to: count, by: piece) {
        let now = min(piece, count - done)
        let part = UnsafeMutableRawBufferPointer(rebasing: bytes[..<(((now - 1) * stride + 1) * size)])
        try source.read(at: offset + (first + done * stride) * size, into: part)
        for index in 0..<now {
          let target = (place + (done + index) * step) * size
          UnsafeMutableRawBufferPointer(rebasing: output[target..<target + size]).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: part[index * stride * size..<(index * stride + 1) * size]))
        }
      }
    }
  }

  /// The number, counted from `offset`, with which a row begins.
  private func start(ofRow row: Int) -> Int {
    var (row, start) = (row, 0)
    for axis in (0..<max(shape.rank - 1, 0)).reversed() {
      start += row % shape[axis] * strides[axis]
      row /= shape[axis]
    }
    return start
  }
}
