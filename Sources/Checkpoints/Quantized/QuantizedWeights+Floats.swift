import Tensors

/// Weights of floats of four bits, and of three values.
extension QuantizedWeights {
  /// NVFP4 and MXFP4: weight_packed or weight [out, in / 2], weight_scale [out, groups]. The scales of NVFP4 are
  /// floats of eight bits and share one more number: compressed-tensors divides by its weight_global_scale, ModelOpt
  /// multiplies with its weight_scale_2. Those of MXFP4 are powers of two.
  func fourBitFloats(_ module: String, _ pairs: any StoredTensor) throws -> any StoredTensor {
    try check(pairs, rank: 2, type: .u8)
    let scales = try part(module, "weight_scale", rank: 2)
    let (rows, columns) = (pairs.shape[0], pairs.shape[1] * 2)
    let groups = scales.shape[1]
    try require(
      scales.shape[0] == rows && columns % groups == 0, scales, "[\(rows), groups] for \(columns) columns")
    var numbers = GroupNumbers.rows(scales)
    var kept: CompressedFormat?
    if scales.elementType == .u8 || scales.elementType == .f8e8m0 {
      numbers = .exponents(scales)
      if columns == groups * 32 {
        kept = CompressedFormat(elementType: .f4e2m1, groupSize: 32, scaleType: .f8e8m0)
      }
    } else if let global = table.tensor(named: "\(module).weight_global_scale") {
      numbers = .divided(scales, by: try single(global))
    } else if let factor = table.tensor(named: "\(module).weight_scale_2") {
      numbers = .affine(scales, factor: try single(factor), offset: 0)
    }
    return QuantizedTensor(
      name: "\(module).weight", shape: [rows, columns], formatName: kept == nil ? "nvfp4" : "mxfp4",
      storedByteCount: pairs.storedByteCount + scales.storedByteCount,
      codes: RowPackedCodes(words: pairs, bits: 4, columns: columns), bits: 4, table: FourBitFloats.e2m1,
      groupCount: groups, scales: numbers, zeros: .constant(0), groupOfColumn: nil, keptFormat: kept)
  }

  /// gpt-oss: NAME_blocks [experts, out, groups, 16] of pairs and NAME_scales [experts, out, groups] of exponents are
  /// the weight NAME [experts, out, in], whose counterpart without quantisation is stored as [experts, in, out].
  func microscaled(_ module: String, _ name: String, _ blocks: any StoredTensor) throws -> any StoredTensor {
    guard let scales = table.tensor(named: "\(module).\(name)_scales") else {
      throw CheckpointError(.inconsistent, "\(file) has no '\(module).\(name)_scales' beside its blocks")
    }
    let shape = blocks.shape
    try require(
      shape.rank == 4 && shape[3] == 16 && shape.elementCount > 0, blocks, "[experts, out, groups, 16]")
    try require(
      scales.shape.dimensions == Array(shape.dimensions.dropLast()) && scales.elementType?.bits == 8, scales,
      "[\(shape[0]), \(shape[1]), \(shape[2])] of bytes")
    let (rows, groups) = (shape[0] * shape[1], shape[2])
    let pairs = DerivedTensor(name: blocks.name, Weight(blocks).reshaped([rows * groups, 16]))
    let codes = BlockCodes(pairs: pairs, groups: groups)
    let weight = QuantizedTensor(
      name: "\(module).\(name)", shape: [shape[0], shape[1], groups * 32], formatName: "mxfp4",
      storedByteCount: blocks.storedByteCount + scales.storedByteCount, codes: codes, bits: 4,
      table: FourBitFloats.e2m1, groupCount: groups,
      scales: .exponents(DerivedTensor(name: scales.name, Weight(scales).reshaped([rows, groups]))),
      zeros: .constant(0), groupOfColumn: nil,
      keptFormat: CompressedFormat(elementType: .f4e2m1, groupSize: 32, scaleType: .f8e8m0))
    return ExchangedTensor(untransposed: weight)
  }

  /// BitNet: weight [out / 4, in] of four numbers of two bits, the number `i` of a byte being that of row
  /// `i · out / 4` further down; weight_scale is one number by which results are divided (or multiplied).
  func ternary(_ module: String, _ bytes: any StoredTensor) throws -> any StoredTensor {
    try check(bytes, rank: 2, type: .u8)
    try require(!(bytes is StridedTensor), bytes, "one piece of the file")
    let shape: Shape = [bytes.shape[0] * 4, bytes.shape[1]]
    var scale: Float = 1
    if let stored = table.tensor(named: "\(module).weight_scale") {
      let value = try single(stored)
      guard value.isFinite, value != 0 else {
        throw CheckpointError(.malformed, "'\(stored.name)' of \(file) is \(value)")
      }
      scale = scheme.multipliesTernaryScale ? value : 1 / value
    }
    return QuantizedTensor(
      name: "\(module).weight", shape: shape, formatName: "bitnet-ternary",
      storedByteCount: bytes.storedByteCount, codes: TernaryCodes(bytes: bytes), bits: 2, groupCount: 1,
      scales: .constant(scale), zeros: .constant(1), groupOfColumn: nil, keptFormat: nil)
  }
}

/// The values of the sixteen codes of floats with two exponent bits and one of fraction (OCP Microscaling Formats).
enum FourBitFloats {
  static let e2m1: [Float] = [0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6]
}

/// Pairs of codes in blocks of 32, a row of the tensor below for each block.
struct BlockCodes: CodeSource {
  /// [rows · groups, 16] bytes, the first code of a pair in the lower half.
  let pairs: any StoredTensor
  let groups: Int

  func readCodes(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<UInt8>, scratch: ScratchBuffer
  ) throws {
    let count = rows.count * groups * 16
    try scratch.withBytes(count) { bytes in
      try pairs.readRawRows(rows.lowerBound * groups..<rows.upperBound * groups, into: bytes)
      for index in 0..<count {
        output[index &* 2] = bytes[index] & 15
        output[index &* 2 &+ 1] = bytes[index] &>> 4
      }
    }
  }
}

/// Four numbers of two bits in each byte, which belong to rows a quarter of the matrix apart.
///
/// Every byte is wanted four times, so matrices are held while they are read.
struct TernaryCodes: CodeSource {
  /// [out / 4, in]
  let bytes: any StoredTensor
  let identity = RegionCache.Identity()

  func readCodes(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<UInt8>, scratch: ScratchBuffer
  ) throws {
    let (height, columns) = (bytes.shape[0], bytes.shape[1])
    var row = rows.lowerBound
    while row < rows.upperBound {
      let first = row % height
      let count = min(rows.upperBound - row, height - first)
      let shift = UInt8(row / height * 2)
      let start = (row - rows.lowerBound) * columns
      if height * columns <= RegionCache.maximumRegionByteCount {
        let region = try RegionCache.shared.region(identity) {
          var whole = [UInt8](repeating: 0, count: height * columns)
          try whole.withUnsafeMutableBytes { try bytes.readRawRows(0..<height, into: $0) }
          return whole
        }
        for index in 0..<count * columns {
          output[start + index] = region.bytes[first * columns + index] &>> shift & 3
        }
      } else {
        try scratch.withBytes(count * columns) { buffer in
          try bytes.readRawRows(first..<first + count, into: buffer)
          for index in 0..<count * columns { output[start + index] = buffer[index] &>> shift & 3 }
        }
      }
      row += count
    }
  }
}
