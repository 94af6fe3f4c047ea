import Tensors

/// Puts the parts of quantised weights together.
struct QuantizedWeights {
  let scheme: QuantizationScheme
  let table: TensorTable
  let file: String

  /// Names that belong to a weight but are part of another tensor, or say how activations were quantised.
  private static let parts: Set = [
    "qzeros", "scales", "g_idx", "weight_scale", "weight_scale_inv", "weight_zero_point", "weight_shape",
    "weight_g_idx", "input_scale", "input_scale_ub", "input_zero_point", "output_scale", "output_zero_point",
    "activation_scale", "k_scale", "v_scale", "q_scale",
  ]

  /// The tensor that takes the place of `stored`: a whole weight for the part that names it, nothing for its other
  /// parts, itself for what is not quantised.
  func tensor(from stored: any StoredTensor) throws -> (any StoredTensor)? {
    guard let dot = stored.name.lastIndex(of: ".") else { return stored }
    let module = String(stored.name[..<dot])
    let part = String(stored.name[stored.name.index(after: dot)...])
    switch (scheme.layout, part) {
    case (.gptq(let zeroOffset), "qweight"): return try gptq(module, stored, zeroOffset: zeroOffset)
    case (.awq, "qweight"): return try awq(module, stored)
    case (.compressed, "weight_packed"): return try packed(module, stored)
    case (.compressed, "weight") where stored.elementType == .i8: return try bytes(module, stored)
    case (.floats, "weight") where stored.elementType == .f8e4m3 || stored.elementType == .f8e5m2:
      return try floats(module, stored)
    default: return QuantizedWeights.parts.contains(part) ? nil : stored
    }
  }

  // MARK: Layouts

  /// qweight [in · bits / 32, out], qzeros [groups, out · bits / 32], scales [groups, out], g_idx [in].
  private func gptq(_ module: String, _ words: any StoredTensor, zeroOffset: Float) throws -> any StoredTensor
  {
    let scales = try part(module, "scales", rank: 2)
    let zeros = try part(module, "qzeros", rank: 2)
    try check(words, rank: 2, type: .i32)
    try check(zeros, rank: 2, type: .i32)
    let (rows, columns) = (words.shape[1], words.shape[0] * 32 / scheme.bits)
    let groups = scales.shape[0]
    try require(rows * scheme.bits % 32 == 0, words, "a whole number of words for its outputs")
    try require(scales.shape.dimensions == [groups, rows], scales, "[groups, \(rows)]")
    try require(
      zeros.shape.dimensions == [groups, rows * scheme.bits / 32], zeros,
      "[\(groups), \(rows * scheme.bits / 32)]")
    let order = try table.tensor(named: "\(module).g_idx").map { try groupOrder($0, columns, groups) } ?? nil
    return try tensor(
      module, [rows, columns], "gptq-int\(scheme.bits)",
      codes: RowPackedCodes(words: try transposed(words), bits: scheme.bits, columns: columns),
      groups: groups,
      scales: .rows(try transposed(scales)), scaleType: scales.elementType,
      zeros: .packed(try transposed(zeros), bits: scheme.bits, adding: zeroOffset, isAWQ: false),
      order: order,
      parts: [words, scales, zeros])
  }

  /// qweight [in, out / 8], qzeros [groups, out / 8], scales [groups, out].
  private func awq(_ module: String, _ words: any StoredTensor) throws -> any StoredTensor {
    let scales = try part(module, "scales", rank: 2)
    let zeros = try part(module, "qzeros", rank: 2)
    try check(words, rank: 2, type: .i32)
    try check(zeros, rank: 2, type: .i32)
    let (rows, columns) = (words.shape[1] * 8, words.shape[0])
    let groups = scales.shape[0]
    try require(scales.shape.dimensions == [groups, rows], scales, "[groups, \(rows)]")
    try require(zeros.shape.dimensions == [groups, rows / 8], zeros, "[\(groups), \(rows / 8)]")
    return try tensor(
      module, [rows, columns], "awq-int4", codes: AWQCodes(words: try transposed(words)), groups: groups,
      scales: .rows(try transposed(scales)), scaleType: scales.elementType,
      zeros: .packed(try transposed(zeros), bits: 4, adding: 0, isAWQ: true), order: nil,
      parts: [words, scales, zeros])
  }

  /// weight_packed [out, in · bits / 32], weight_scale [out, groups], weight_shape [2], and for asymmetric weights
  /// weight_zero_point [out · bits / 32, groups].
  private func packed(_ module: String, _ words: any StoredTensor) throws -> any StoredTensor {
    let scales = try part(module, "weight_scale", rank: 2)
    try check(words, rank: 2, type: .i32)
    let rows = words.shape[0]
    var columns = words.shape[1] * 32 / scheme.bits
    if let shape = table.tensor(named: "\(module).weight_shape"), shape.shape.elementCount == 2 {
      let extents = try integers(shape)
      try require(
        extents[0] == rows && (1...columns).contains(extents[1]), shape, "[2] of \(rows) and columns")
      columns = extents[1]
    }
    let groups = scales.shape[1]
    try require(scales.shape.dimensions == [rows, groups], scales, "[\(rows), groups]")
    var zeros = GroupNumbers.constant(Float(1 << (scheme.bits - 1)))
    var parts = [words, scales]
    if let stored = table.tensor(named: "\(module).weight_zero_point") {
      try check(stored, rank: 2, type: .i32)
      let count = (rows * scheme.bits + 31) / 32
      try require(stored.shape.dimensions == [count, groups], stored, "[\(count), \(groups)]")
      zeros = .packed(stored, bits: scheme.bits, adding: 0, isAWQ: false)
      parts.append(stored)
    }
    let order =
      try table.tensor(named: "\(module).weight_g_idx").map { try groupOrder($0, columns, groups) } ?? nil
    return try tensor(
      module, [rows, columns], "compressed-int\(scheme.bits)",
      codes: RowPackedCodes(words: words, bits: scheme.bits, columns: columns), groups: groups,
      scales: .rows(scales), scaleType: scales.elementType, zeros: zeros, order: order, parts: parts)
  }

  /// weight [out, in] of signed bytes, weight_scale [out, groups] or one number.
  private func bytes(_ module: String, _ codes: any StoredTensor) throws -> any StoredTensor {
    try check(codes, rank: 2, type: .i8)
    guard table.tensor(named: "\(module).weight_zero_point") == nil else {
      throw CheckpointError(
        .unsupported, "'\(module)' of \(file) has bytes with zero points, which is not supported")
    }
    let (scales, groups, stored) = try rowScales(module, codes.shape)
    return try tensor(
      module, codes.shape, "compressed-int8",
      codes: RowPackedCodes(words: codes, bits: 8, columns: codes.shape.columns, flip: 0x80), groups: groups,
      scales: scales, scaleType: stored.elementType, zeros: .constant(128), order: nil,
      parts: [codes, stored])
  }

  /// weight [out, in] of eight-bit floats with weight_scale_inv for blocks, or weight_scale for rows or all.
  private func floats(_ module: String, _ codes: any StoredTensor) throws -> any StoredTensor {
    try require(codes.shape.rank == 2 && codes.shape.elementCount > 0, codes, "a matrix")
    let (rows, columns) = (codes.shape[0], codes.shape[1])
    var scales: GroupNumbers
    var groups = 1
    let stored: any StoredTensor
    if let blocks = table.tensor(named: "\(module).weight_scale_inv"), blocks.shape.rank == 2,
      blocks.shape.elementCount > 0
    {
      groups = blocks.shape[1]
      let block = scheme.blockSize
      guard rows <= block.rows * blocks.shape[0], columns <= block.columns * groups,
        rows > block.rows * (blocks.shape[0] - 1), columns > block.columns * (groups - 1)
      else {
        throw CheckpointError(
          .inconsistent, "'\(module)' of \(file): scales \(blocks.shape) do not fit the weight \(codes.shape)"
        )
      }
      guard columns % block.columns == 0 else {
        return DequantizedBlocks(name: "\(module).weight", codes: codes, scales: blocks, block: block)
      }
      (scales, stored) = (.blocks(blocks, height: block.rows), blocks)
    } else {
      (scales, groups, stored) = try rowScales(module, codes.shape)
    }
    let isE4M3 = codes.elementType == .f8e4m3
    let kept = CompressedFormat(
      elementType: isE4M3 ? .f8e4m3 : .f8e5m2, groupSize: groups == 1 ? nil : columns / groups,
      scaleType: .f32)
    return QuantizedTensor(
      name: "\(module).weight", shape: codes.shape, formatName: isE4M3 ? "fp8-e4m3" : "fp8-e5m2",
      storedByteCount: codes.storedByteCount + stored.storedByteCount,
      codes: RowPackedCodes(words: codes, bits: 8, columns: columns), bits: 8,
      table: isE4M3 ? EightBitFloats.e4m3 : EightBitFloats.e5m2, groupCount: groups, scales: scales,
      zeros: .constant(0), groupOfColumn: nil, keptFormat: isE4M3 ? kept : nil)
  }
}
