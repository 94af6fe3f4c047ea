import Tensors

/// Weights as compressed-tensors and its relatives store them: whole numbers packed along rows, bytes, floats of
/// eight bits.
extension QuantizedWeights {
  /// weight_packed [out, words], weight_scale [out, groups], weight_shape [2], and for asymmetric weights
  /// weight_zero_point [words of the outputs, groups].
  func packed(_ module: String, _ words: any StoredTensor) throws -> any StoredTensor {
    let scales = try part(module, "weight_scale", rank: 2)
    try check(words, rank: 2, type: .i32)
    let rows = words.shape[0]
    var columns = words.shape[1] * 32 / scheme.bits[0]
    if let shape = table.tensor(named: "\(module).weight_shape"), shape.shape.elementCount == 2 {
      let extents = try integers(shape)
      try require(
        extents[0] == rows && extents[1] > 0 && extents[1] <= words.shape[1] * 16, shape,
        "[2] of \(rows) and columns")
      columns = extents[1]
    }
    guard let packing = WordPacking.of(scheme.bits, columns: columns, words: words.shape[1]) else {
      throw CheckpointError(
        .inconsistent,
        "'\(words.name)' of \(file) has \(words.shape[1]) words for \(columns) numbers of "
          + scheme.bits.map(String.init).joined(separator: " or ") + " bits")
    }
    let groups = scales.shape[1]
    try require(scales.shape.dimensions == [rows, groups], scales, "[\(rows), groups]")
    var zeros = GroupNumbers.constant(Float(1 << (packing.bits - 1)))
    var parts = [words, scales]
    if let stored = table.tensor(named: "\(module).weight_zero_point") {
      try check(stored, rank: 2, type: .i32)
      let count = packing.words(for: rows)
      try require(stored.shape.dimensions == [count, groups], stored, "[\(count), \(groups)]")
      zeros = .packed(stored, bits: packing.bits, adding: 0, isAWQ: false, perWord: packing.perWord)
      parts.append(stored)
    }
    let order =
      try table.tensor(named: "\(module).weight_g_idx").map { try groupOrder($0, columns, groups) } ?? nil
    let codes = RowPackedCodes(
      words: words, bits: packing.bits, columns: columns, perWord: packing.perWord)
    return try tensor(
      module, [rows, columns], "compressed-int\(packing.bits)", bits: packing.bits, codes: codes,
      groups: groups, scales: .rows(scales), scaleType: scales.elementType, zeros: zeros, order: order,
      parts: parts)
  }

  /// weight [out, in] of signed bytes, whatever number of bits their values need; weight_scale [out, groups] or one
  /// number; weight_zero_point of the scale's shape, or none.
  func bytes(_ module: String, _ codes: any StoredTensor) throws -> any StoredTensor {
    try check(codes, rank: 2, type: .i8)
    if let (blocks, block) = try blockScales(module, codes.shape),
      table.tensor(named: "\(module).weight_zero_point") == nil
    {
      guard codes.shape[1] % block.columns == 0 else {
        return DequantizedBlocks(name: "\(module).weight", codes: codes, scales: blocks, block: block)
      }
      return try tensor(
        module, codes.shape, "compressed-int8", bits: 8,
        codes: RowPackedCodes(words: codes, bits: 8, columns: codes.shape.columns, flip: 0x80),
        groups: blocks.shape[1], scales: .blocks(blocks, height: block.rows), scaleType: blocks.elementType,
        zeros: .constant(128), order: nil, parts: [codes, blocks])
    }
    let (scales, groups, stored) = try rowScales(module, codes.shape)
    var zeros = GroupNumbers.constant(128)
    var parts = [codes, stored]
    if let points = table.tensor(named: "\(module).weight_zero_point") {
      let rows = codes.shape[0]
      let fits = points.shape.elementCount == rows * groups || points.shape.elementCount == 1
      try require(points.elementType == .i8 && fits, points, "[\(rows), \(groups)] of signed bytes")
      if points.shape.elementCount == 1 {
        zeros = .constant(try single(points) + 128)
      } else {
        let matrix = DerivedTensor(name: points.name, Weight(points).reshaped([rows, groups]))
        zeros = .affine(matrix, factor: 1, offset: 128)
      }
      parts.append(points)
    }
    return try tensor(
      module, codes.shape, "compressed-int8", bits: 8,
      codes: RowPackedCodes(words: codes, bits: 8, columns: codes.shape.columns, flip: 0x80), groups: groups,
      scales: scales, scaleType: stored.elementType, zeros: zeros, order: nil, parts: parts)
  }

  /// weight [out, in] of eight-bit floats with weight_scale_inv or weight_scale for blocks, rows or all.
  func floats(_ module: String, _ codes: any StoredTensor) throws -> any StoredTensor {
    try require(codes.shape.rank == 2 && codes.shape.elementCount > 0, codes, "a matrix")
    let (rows, columns) = (codes.shape[0], codes.shape[1])
    var scales: GroupNumbers
    var groups = 1
    let stored: any StoredTensor
    if let (blocks, block) = try blockScales(module, codes.shape) {
      groups = blocks.shape[1]
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
      zeros: .constant(0), groupOfColumn: nil, keptFormat: isE4M3 && rows > 0 ? kept : nil)
  }

  /// The scales of blocks and the extents of a block; nil where scales are for rows or for all.
  private func blockScales(
    _ module: String, _ shape: Shape
  ) throws -> (scales: any StoredTensor, block: (rows: Int, columns: Int))? {
    for name in ["weight_scale_inv", "weight_scale"] {
      guard let scales = table.tensor(named: "\(module).\(name)"), scales.shape.rank == 2,
        scales.shape.elementCount > 1
      else { continue }
      let fitting = scheme.blocks.first { block in
        (shape[0] + block.rows - 1) / block.rows == scales.shape[0]
          && (shape[1] + block.columns - 1) / block.columns == scales.shape[1]
      }
      if let fitting {
        try checkScales(scales)
        return (scales, fitting)
      }
      guard scales.shape[0] == shape[0] else {
        throw CheckpointError(
          .inconsistent, "'\(module)' of \(file): scales \(scales.shape) do not fit the weight \(shape)")
      }
    }
    return nil
  }

  /// The one number of a tensor.
  func single(_ tensor: any StoredTensor) throws -> Float {
    try require(tensor.shape.elementCount == 1, tensor, "one number")
    var value: Float = 0
    try withUnsafeMutablePointer(to: &value) {
      try tensor.readRows(
        0..<1, into: UnsafeMutableBufferPointer(start: $0, count: 1), scratch: ScratchBuffer())
    }
    return value
  }
}

/// How compressed-tensors packs numbers into words of 32 bits.
struct WordPacking {
  let bits: Int
  /// Numbers of a word, where the rest of it is padding; nil where numbers follow each other through all words.
  let perWord: Int?

  /// The words that `count` numbers take.
  func words(for count: Int) -> Int {
    perWord.map { (count + $0 - 1) / $0 } ?? (count * bits + 31) / 32
  }

  /// The packing of so many columns in so many words. Versions before 0.14 pad each word; the number of words tells
  /// them apart. Where both fit, they are the same or no padding was needed.
  static func of(_ bits: [Int], columns: Int, words: Int) -> WordPacking? {
    let candidates = bits.flatMap { bits in
      [WordPacking(bits: bits, perWord: nil), WordPacking(bits: bits, perWord: 32 / bits)]
    }
    return candidates.first { $0.words(for: columns) == words }
  }
}
