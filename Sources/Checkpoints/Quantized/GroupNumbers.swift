import Tensors

/// The scales or zero points of a quantised weight [rows, groups], however a checkpoint lays them out.
enum GroupNumbers: Sendable {
  /// The same everywhere.
  case constant(Float)
  /// A matrix [rows, groups].
  case rows(any StoredTensor)
  /// A matrix [rows / height, groups] of scales for blocks of rows.
  case blocks(any StoredTensor, height: Int)
  /// Words [words, groups] of whole numbers packed along the rows, lowest bits first (or in AWQ's order), to which
  /// `adding` is added.
  /// A word holds `perWord` of them and padding, or they follow each other through all words.
  case packed(any StoredTensor, bits: Int, adding: Float, isAWQ: Bool, perWord: Int? = nil)
  /// A matrix [rows, groups] of which each number is `factor · x + offset`.
  case affine(any StoredTensor, factor: Float, offset: Float)
  /// A matrix [rows, groups] divided by one number.
  case divided(any StoredTensor, by: Float)
  /// A matrix [rows, groups] of bytes x that stand for 2^(x − 127).
  case exponents(any StoredTensor)

  /// Reads the numbers of `rows`, `groups` for each.
  func read(_ rows: Range<Int>, groups: Int, scratch: ScratchBuffer) throws -> [Float] {
    switch self {
    case .constant(let value): return [Float](repeating: value, count: rows.count * groups)
    case .rows(let tensor): return try GroupNumbers.floats(tensor, rows, scratch)
    case .blocks(let tensor, let height):
      let first = rows.lowerBound / height
      let blocks = try GroupNumbers.floats(tensor, first..<(rows.upperBound + height - 1) / height, scratch)
      return rows.flatMap { row in
        let start = (row / height - first) * groups
        return blocks[start..<start + groups]
      }
    case .packed(let tensor, let bits, let adding, _, let perWord?):
      return try GroupNumbers.padded(tensor, rows, bits: bits, adding: adding, perWord: perWord)
    case .packed(let tensor, let bits, let adding, let isAWQ, nil):
      return try GroupNumbers.unpacked(tensor, rows, bits: bits, adding: adding, isAWQ: isAWQ)
    case .affine(let tensor, let factor, let offset):
      return try GroupNumbers.floats(tensor, rows, scratch).map { $0 * factor + offset }
    case .divided(let tensor, let divisor):
      return try GroupNumbers.floats(tensor, rows, scratch).map { $0 / divisor }
    case .exponents(let tensor):
      var bytes = [UInt8](repeating: 0, count: rows.count * tensor.shape.columns)
      try bytes.withUnsafeMutableBytes { try tensor.readRawRows(rows, into: $0) }
      return bytes.map { EightBitFloats.e8m0[Int($0)] }
    }
  }

  private static func padded(
    _ tensor: any StoredTensor, _ rows: Range<Int>, bits: Int, adding: Float, perWord: Int
  ) throws -> [Float] {
    guard !rows.isEmpty else { return [] }
    let groups = tensor.shape.columns
    let words = rows.lowerBound / perWord..<(rows.upperBound + perWord - 1) / perWord
    var raw = [UInt32](repeating: 0, count: words.count * groups)
    try raw.withUnsafeMutableBytes { try tensor.readRawRows(words, into: $0) }
    let mask = UInt32(1 << bits - 1)
    return rows.flatMap { row in
      let (line, shift) = ((row / perWord - words.lowerBound) * groups, UInt32(row % perWord * bits))
      return (0..<groups).map { Float(raw[line + $0] >> shift & mask) + adding }
    }
  }

  private static func floats(_ tensor: any StoredTensor, _ rows: Range<Int>, _ scratch: ScratchBuffer) throws
    -> [Float]
  {
    let count = rows.count * tensor.shape.columns
    return try [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      try tensor.readRows(
        rows, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]), scratch: scratch)
      initialized = count
    }
  }

  private static func unpacked(
    _ tensor: any StoredTensor, _ rows: Range<Int>, bits: Int, adding: Float, isAWQ: Bool
  ) throws -> [Float] {
    guard !rows.isEmpty else { return [] }
    let groups = tensor.shape.columns
    // Codes of three bits may reach into the next word.
    let words = rows.lowerBound * bits / 32..<(rows.upperBound * bits + 31) / 32
    var raw = [UInt32](repeating: 0, count: words.count * groups)
    try raw.withUnsafeMutableBytes { try tensor.readRawRows(words, into: $0) }
    let mask = UInt64(1 << bits - 1)
    return rows.flatMap { row in
      let place = isAWQ ? row / 8 * 8 + AWQCodes.places[row % 8] : row
      let bit = place * bits - words.lowerBound * 32
      return (0..<groups).map { group in
        var word = UInt64(raw[bit / 32 * groups + group])
        if (bit + bits - 1) / 32 > bit / 32 { word |= UInt64(raw[(bit / 32 + 1) * groups + group]) << 32 }
        return Float(word >> UInt64(bit % 32) & mask) + adding
      }
    }
  }
}
