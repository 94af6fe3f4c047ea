import Tensors

/// Puts the parts of quantised weights together.
struct QuantizedWeights {
  let scheme: QuantizationScheme
  let table: TensorTable
  let file: String
  let notes: NoteCollector

  /// Names that belong to a weight but are part of another tensor, or say how activations and caches were quantised.
  private static let parts: Set = [
    "qzeros", "scales", "g_idx", "weight_scale", "weight_scale_inv", "weight_scale_2", "weight_global_scale",
    "weight_zero_point", "weight_shape", "weight_g_idx", "input_scale", "input_scale_ub", "input_zero_point",
    "input_global_scale", "output_scale", "output_zero_point", "activation_scale", "k_scale", "v_scale",
    "q_scale", "kv_scale", "k_zero_point", "v_zero_point", "q_zero_point", "prob_output_scale",
  ]

  /// The tensor that takes the place of `stored`: a whole weight for the part that names it, nothing for its other
  /// parts, itself for what is not quantised.
  ///
  /// Which layout a weight has is told by its parts and their types: one file may mix several.
  func tensor(from stored: any StoredTensor) throws -> (any StoredTensor)? {
    guard let dot = stored.name.lastIndex(of: ".") else { return stored }
    let module = String(stored.name[..<dot])
    let part = String(stored.name[stored.name.index(after: dot)...])
    if let built = try weight(module, part, stored) {
      notes.hasQuantized = true
      return built
    }
    let base = part.hasSuffix("_scales") ? "\(module).\(part.dropLast("_scales".count))_blocks" : nil
    if let base, table.tensor(named: base) != nil { return nil }
    return QuantizedWeights.parts.contains(part) ? nil : stored
  }

  /// The whole weight that `part` of a module names; nil for other parts and plain tensors.
  private func weight(
    _ module: String, _ part: String, _ stored: any StoredTensor
  ) throws -> (any StoredTensor)? {
    func has(_ name: String) -> Bool { table.tensor(named: "\(module).\(name)") != nil }
    switch (part, stored.elementType) {
    case ("qweight", _):
      switch scheme.words {
      case .gptq(let zeroOffset): return try gptq(module, stored, zeroOffset: zeroOffset)
      case .awq: return try awq(module, stored)
      }
    case ("weight_packed", .u8): return try fourBitFloats(module, stored)
    case ("weight_packed", _): return try packed(module, stored)
    case ("weight", .u8) where scheme.isTernary: return try ternary(module, stored)
    case ("weight", .u8) where has("weight_scale"): return try fourBitFloats(module, stored)
    case ("weight", .i8) where has("weight_scale"): return try bytes(module, stored)
    case ("weight", .f8e4m3), ("weight", .f8e5m2): return try floats(module, stored)
    case (_, .u8) where part.hasSuffix("_blocks"):
      return try microscaled(module, String(part.dropLast("_blocks".count)), stored)
    default: return nil
    }
  }

  // MARK: Words

  /// qweight [in · bits / 32, out], qzeros [groups, out · bits / 32], scales [groups, out], g_idx [in].
  private func gptq(_ module: String, _ words: any StoredTensor, zeroOffset: Float) throws -> any StoredTensor
  {
    let scales = try part(module, "scales", rank: 2)
    try check(words, rank: 2, type: .i32)
    let rows = words.shape[1]
    let groups = scales.shape[0]
    try require(scales.shape.dimensions == [groups, rows], scales, "[\(groups), \(rows)]")
    let stored = table.tensor(named: "\(module).qzeros")
    // Modules may have bits of their own; the zero points tell how many.
    let bits = stored.map { $0.shape.columns * 32 / rows } ?? scheme.bits[0]
    guard [2, 3, 4, 8].contains(bits), words.shape[0] % bits == 0 || bits == 3 else {
      throw CheckpointError(.inconsistent, "'\(module)' of \(file) has words of \(bits) bits a number")
    }
    let columns = words.shape[0] * 32 / bits
    try require(rows * bits % 32 == 0, words, "a whole number of words for its outputs")
    var zeros = GroupNumbers.constant(Float(1 << (bits - 1)))
    if let stored {
      try check(stored, rank: 2, type: .i32)
      try require(
        stored.shape.dimensions == [groups, rows * bits / 32], stored, "[\(groups), \(rows * bits / 32)]")
      zeros = try relabelled(
        .packed(try transposed(stored), bits: bits, adding: zeroOffset, isAWQ: false), rows: rows,
        groups: groups, bits: bits)
    }
    let order = try table.tensor(named: "\(module).g_idx").map { try groupOrder($0, columns, groups) } ?? nil
    return try tensor(
      module, [rows, columns], "gptq-int\(bits)", bits: bits,
      codes: RowPackedCodes(words: try transposed(words), bits: bits, columns: columns),
      groups: groups,
      scales: .rows(try transposed(scales)), scaleType: scales.elementType, zeros: zeros, order: order,
      parts: [words, scales] + (stored.map { [$0] } ?? []))
  }

  /// Zero points of a file that calls itself symmetric, but stores the middle as the other version of the format does:
  /// they are what they are said to be, in the middle.
  private func relabelled(
    _ zeros: GroupNumbers, rows: Int, groups: Int, bits: Int
  ) throws -> GroupNumbers {
    let middle = Float(1 << (bits - 1))
    guard scheme.isSymmetric, case .packed(_, bits: _, let offset, isAWQ: false, perWord: nil) = zeros else {
      return zeros
    }
    let range = try zeroRange(zeros, rows: rows, groups: groups)
    let wrong = offset == 1 ? middle + 1 : middle - 1
    guard range == wrong...wrong else { return zeros }
    let (said, stored) = offset == 1 ? ("first", "second") : ("second", "first")
    notes.add(
      "\(file) is mislabelled: it says 'sym' and the \(said) version of GPTQ's format, but its zero points are "
        + "stored as the \(stored) version does (\(Int(wrong - offset))); they are read as symmetric")
    return .constant(middle)
  }

  /// qweight [in, out / 8], qzeros [groups, out / 8] or none where all are in the middle, scales [groups, out].
  private func awq(_ module: String, _ words: any StoredTensor) throws -> any StoredTensor {
    let scales = try part(module, "scales", rank: 2)
    try check(words, rank: 2, type: .i32)
    let (rows, columns) = (words.shape[1] * 8, words.shape[0])
    let groups = scales.shape[0]
    try require(scales.shape.dimensions == [groups, rows], scales, "[\(groups), \(rows)]")
    var zeros = GroupNumbers.constant(8)
    let stored = table.tensor(named: "\(module).qzeros")
    if let stored {
      try check(stored, rank: 2, type: .i32)
      try require(stored.shape.dimensions == [groups, rows / 8], stored, "[\(groups), \(rows / 8)]")
      zeros = .packed(try transposed(stored), bits: 4, adding: 0, isAWQ: true)
    }
    return try tensor(
      module, [rows, columns], "awq-int4", bits: 4, codes: AWQCodes(words: try transposed(words)),
      groups: groups, scales: .rows(try transposed(scales)), scaleType: scales.elementType, zeros: zeros,
      order: nil, parts: [words, scales] + (stored.map { [$0] } ?? []))
  }
}
