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
  /// Whose bands are held in memory.
  var identity = RegionCache.Identity()

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

  /// Reads columns in turn, where neighbours in a column are closer together than in a row: bands of the matrix as it
  /// lies in the file, which later rows find in memory.
  private func readColumns(of rows: Range<Int>, into output: UnsafeMutableRawBufferPointer) throws {
    let size = type.bits / 8
    // The matrix as it lies: `columns` lines of `strides[1]` numbers, of which `width` belong to it.
    let (columns, width) = (shape[1], (shape[0] - 1) * strides[0] + 1)
    let limit = RegionCache.maximumRegionByteCount / max(columns * size, 1)
    let perBand = max(1, min(width, limit))
    var row = rows.lowerBound
    while row < rows.upperBound {
      let band = row * strides[0] / perBand
      let first = band * perBand
      let count = min(perBand, width - first)
      let last = min(rows.upperBound, (first + count - 1) / strides[0] + 1)
      let region = try RegionCache.shared.region(identity, at: offset, band: band) {
        try self.band(first..<first + count)
      }
      region.bytes.withUnsafeBytes { bytes in
        let source = UnsafeMutableRawBufferPointer(mutating: bytes)
        for column in 0..<columns {
          let start = (column * count + row * strides[0] - first) * size
          copy(
            last - row, from: UnsafeMutableRawBufferPointer(rebasing: source[start...]), stride: strides[0],
            to: output, at: (row - rows.lowerBound) * columns + column, step: columns)
        }
      }
      row = last
    }
  }

  /// The numbers `range` of each line of the matrix as it lies in the file, one line after another.
  private func band(_ range: Range<Int>) throws -> [UInt8] {
    let size = type.bits / 8
    let (lines, count) = (shape[1], range.count * size)
    let isWhole = range.count == strides[1]
    return try [UInt8](unsafeUninitializedCapacity: lines * count) { buffer, initialized in
      let bytes = UnsafeMutableRawBufferPointer(buffer)
      if isWhole {
        try source.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<(lines * count)]))
      } else {
        for line in 0..<lines {
          try source.read(
            at: offset + (line * strides[1] + range.lowerBound) * size,
            into: UnsafeMutableRawBufferPointer(rebasing: bytes[line * count..<(line + 1) * count]))
        }
      }
      initialized = lines * count
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
