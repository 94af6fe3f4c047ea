import Tensors

/// A weight that a checkpoint stores as whole numbers (or eight-bit floats) with scales and zero points:
/// `(code − zero) · scale`.
struct QuantizedTensor: StoredTensor {
  let name: String
  let shape: Shape
  let formatName: String
  let storedByteCount: Int
  let codes: any CodeSource
  /// Bits of a code.
  let bits: Int
  /// What codes stand for, where they are not numbers themselves: 256 or 16 floats.
  var table: [Float]?
  let groupCount: Int
  let scales: GroupNumbers
  let zeros: GroupNumbers
  /// The group of each column, where they are not runs of the same length.
  var groupOfColumn: [Int]?
  let keptFormat: CompressedFormat?

  var elementType: ElementType? { nil }
  private var columns: Int { shape.columns }

  func readRows(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>, scratch: ScratchBuffer
  ) throws {
    precondition(output.count == rows.count * columns && rows.upperBound <= shape.rows)
    let scales = try self.scales.read(rows, groups: groupCount, scratch: scratch)
    let zeros = try self.zeros.read(rows, groups: groupCount, scratch: scratch)
    let size = max(1, columns / max(groupCount, 1))
    try withCodes(rows, scratch) { codes in
      for row in 0..<rows.count {
        let (start, numbers) = (row * columns, row * groupCount)
        if let table {
          for column in 0..<columns {
            output[start + column] = table[Int(codes[start + column])] * scales[numbers + column / size]
          }
        } else if let groupOfColumn {
          for (column, group) in groupOfColumn.enumerated() {
            let code = Float(codes[start + column])
            output[start + column] = (code - zeros[numbers + group]) * scales[numbers + group]
          }
        } else {
          for group in 0..<groupCount {
            let (scale, zero) = (scales[numbers + group], zeros[numbers + group])
            let first = start + group * size
            for index in first..<first + size { output[index] = (Float(codes[index]) - zero) * scale }
          }
        }
      }
    }
  }

  func readKeptRows(_ rows: Range<Int>, into output: CompressedRows, scratch: ScratchBuffer) throws {
    guard let format = keptFormat else {
      throw TensorError(.unsupportedType, "\(name) (\(formatName)) has no quantised values to keep")
    }
    precondition(output.values.count == format.valueByteCount(rows: rows.count, columns: columns))
    precondition(output.scales.count == format.scaleByteCount(rows: rows.count, columns: columns))
    precondition(output.zeroPoints.count == format.zeroPointByteCount(rows: rows.count, columns: columns))
    try withCodes(rows, scratch) { codes in
      if format.elementType == .i4 || format.elementType == .i8 {
        // The zero of signed types is in the middle.
        for index in codes.indices { codes[index] &-= UInt8(1 << (bits - 1)) }
      }
      QuantizedTensor.pack(codes, as: format.elementType, into: output.values)
    }
    let scales = try self.scales.read(rows, groups: groupCount, scratch: scratch)
    QuantizedTensor.store(scales, as: format.scaleType, into: output.scales)
    guard let zeroType = format.zeroPointType else { return }
    let zeros = try self.zeros.read(rows, groups: groupCount, scratch: scratch)
    if zeroType.bits <= 8 {
      var bytes = zeros.map { UInt8(truncatingIfNeeded: Int($0)) }
      bytes.withUnsafeMutableBufferPointer { QuantizedTensor.pack($0, as: zeroType, into: output.zeroPoints) }
    } else {
      QuantizedTensor.store(zeros, as: zeroType, into: output.zeroPoints)
    }
  }

  private func withCodes(
    _ rows: Range<Int>, _ scratch: ScratchBuffer, _ body: (UnsafeMutableBufferPointer<UInt8>) throws -> Void
  ) throws {
    let codes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: rows.count * columns)
    defer { codes.deallocate() }
    try self.codes.readCodes(rows, into: codes, scratch: scratch)
    try body(codes)
  }

  /// Packs numbers of four or eight bits.
  private static func pack(
    _ codes: UnsafeMutableBufferPointer<UInt8>, as type: ElementType,
    into output: UnsafeMutableRawBufferPointer
  ) {
    guard let source = codes.baseAddress else { return }
    if type.bits == 8 { return output.copyMemory(from: UnsafeRawBufferPointer(codes)) }
    for index in 0..<codes.count / 2 {
      output[index] = source[index &* 2] & 15 | source[index &* 2 &+ 1] &<< 4
    }
  }

  /// Stores floats as f32 or f16; values that came from f16 are exact.
  private static func store(
    _ numbers: [Float], as type: ElementType, into output: UnsafeMutableRawBufferPointer
  ) {
    for (index, number) in numbers.enumerated() {
      if type == .f8e8m0 {
        output[index] = UInt8(truncatingIfNeeded: number.isNaN ? 255 : number.bitPattern >> 23)
      } else if type == .f16 {
        output.storeBytes(of: HalfFloat.bits(number), toByteOffset: index * 2, as: UInt16.self)
      } else {
        output.storeBytes(of: number, toByteOffset: index * 4, as: Float.self)
      }
    }
  }
}
