import Tensors

/// A tensor whose numbers lie in row-major order, without gaps, in one place of a file.
struct PlainTensor: StoredTensor {
  let name: String
  let shape: Shape
  let type: ElementType
  let source: any ByteSource
  /// The position of the first number in `source`. The whole range was checked when the header was read.
  let offset: Int
  /// Whose columns are held in memory while they are read.
  let identity = RegionCache.Identity()

  var formatName: String { type.rawValue }
  var storedByteCount: Int { type.byteCount(of: shape.elementCount) }
  var elementType: ElementType? { type }

  /// Bytes that are read before they are converted: few enough to stay in the second-level cache.
  private static let pieceByteCount = 1 << 18

  func readRows(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>, scratch: ScratchBuffer
  ) throws {
    try readElements(
      from: rows.lowerBound * shape.columns, count: rows.count * shape.columns, into: output, scratch)
  }

  /// Reads `count` numbers, the first being number `first` of the whole tensor.
  func readElements(
    from first: Int, count: Int, into output: UnsafeMutableBufferPointer<Float>, _ scratch: ScratchBuffer
  ) throws {
    precondition(output.count == count && first >= 0 && count <= shape.elementCount - first)
    guard count > 0, let base = output.baseAddress else { return }
    if type == .f32 {
      return try source.read(at: offset + first * 4, into: UnsafeMutableRawBufferPointer(output))
    }
    let size = type.bits / 8
    let piece = PlainTensor.pieceByteCount / size
    try scratch.withBytes(min(piece, count) * size) { bytes in
      for done in stride(from: 0, to: count, by: piece) {
        let now = min(piece, count - done)
        let part = UnsafeMutableRawBufferPointer(rebasing: bytes[..<(now * size)])
        try source.read(at: offset + (first + done) * size, into: part)
        if let from = part.baseAddress {
          FloatConversion.convert(type, from: from, count: now, to: base + done)
        }
      }
    }
  }

  func readColumns(
    _ columns: Range<Int>, of rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>,
    scratch: ScratchBuffer
  ) throws -> Bool {
    precondition(rows.upperBound <= shape.rows && columns.upperBound <= shape.columns)
    let exchanged = StridedTensor(
      name: name, shape: [shape.columns, rows.count], type: type, source: source,
      offset: offset + rows.lowerBound * type.byteCount(of: shape.columns), strides: [1, shape.columns],
      identity: identity)
    try exchanged.readRows(columns, into: output, scratch: scratch)
    return true
  }

  func readRawRows(_ rows: Range<Int>, into output: UnsafeMutableRawBufferPointer) throws {
    let rowBytes = type.byteCount(of: shape.columns)
    precondition(output.count == rows.count * rowBytes && rows.upperBound <= shape.rows)
    try source.read(at: offset + rows.lowerBound * rowBytes, into: output)
  }
}
