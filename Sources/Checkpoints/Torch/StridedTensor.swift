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
    if shape.rank == 2, strides[0] > 0, strides[1] > strides[0] {
      return try readColumns(of: rows, into: output)
    }
    let span = ScratchBuffer()
    for (index, row) in rows.enumerated() {
      try read(
        count: shape.columns, from: start(ofRow: row), stride: strides.last ?? 1, span,
        into: output, at: index * shape.columns)
    }
  }

  /// Reads columns in turn, where neighbours in a column are closer together than in a row. Where only little of
  /// each column is wanted, many are read at once with what lies between them.
  private func readColumns(of rows: Range<Int>, into output: UnsafeMutableRawBufferPointer) throws {
    let size = type.bits / 8
    let span = ScratchBuffer()
    let run = (rows.count - 1) * strides[0] + 1
    let isSparse = run * size >= 2048
    let together = isSparse ? 1 : max(1, min(shape.columns, (1 << 20) / max(strides[1] * size, 1)))
    for first in Swift.stride(from: 0, to: shape.columns, by: together) {
      let count = min(together, shape.columns - first)
      let numbers = (count - 1) * strides[1] + run
      let start = offset + (rows.lowerBound * strides[0] + first * strides[1]) * size
      try span.withBytes(numbers * size) { bytes in
        try source.read(at: start, into: bytes)
        for column in 0..<count {
          let from = UnsafeMutableRawBufferPointer(rebasing: bytes[(column * strides[1] * size)...])
          copy(
            rows.count, from: from, stride: strides[0], to: output, at: first + column, step: shape.columns)
        }
      }
    }
  }

  /// Reads `count` numbers that lie `stride` apart and stores them without gaps.
  private func read(
    count: Int, from first: Int, stride: Int, _ span: ScratchBuffer,
    into output: UnsafeMutableRawBufferPointer,
    at place: Int
  ) throws {
    let size = type.bits / 8
    // A piece of the file at a time, so that wide strides need no large buffer.
    let piece = max(1, min(count, (1 << 20) / max(stride * size, 1)))
    for done in Swift.stride(from: 0, to: count, by: piece) {
      let now = min(piece, count - done)
      try span.withBytes(((now - 1) * stride + 1) * size) { bytes in
        try source.read(at: offset + (first + done * stride) * size, into: bytes)
        copy(now, from: bytes, stride: stride, to: output, at: place + done, step: 1)
      }
    }
  }

  /// Copies `count` numbers from places `stride` apart to places `step` apart, the first of them `place`.
  private func copy(
    _ count: Int, from source: UnsafeMutableRawBufferPointer, stride: Int,
    to output: UnsafeMutableRawBufferPointer, at place: Int, step: Int
  ) {
    func move<Number: BitwiseCopyable>(_: Number.Type) {
      let size = MemoryLayout<Number>.size
      precondition(((count - 1) * stride + 1) * size <= source.count)
      precondition((place + (count - 1) * step + 1) * size <= output.count)
      guard let source = source.baseAddress, let output = output.baseAddress else { return }
      for index in 0..<count {
        output.storeBytes(
          of: source.loadUnaligned(fromByteOffset: index &* stride &* size, as: Number.self),
          toByteOffset: (place &+ index &* step) &* size, as: Number.self)
      }
    }
    switch type.bits {
    case 8: move(UInt8.self)
    case 16: move(UInt16.self)
    case 32: move(UInt32.self)
    default: move(UInt64.self)
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
