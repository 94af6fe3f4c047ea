import Tensors

/// Where the whole numbers of a quantised weight come from, one byte each, row after row.
protocol CodeSource: Sendable {
  /// Reads the codes of `rows` into `output` of `rows.count · columns` bytes.
  func readCodes(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<UInt8>, scratch: ScratchBuffer) throws
}

/// Codes of 2, 3, 4 or 8 bits that follow each other along a row without a gap, lowest bits first.
///
/// compressed-tensors stores them so; GPTQ does too once its matrix of 32-bit words is transposed.
struct RowPackedCodes: CodeSource {
  /// [rows, words] of plain numbers whose bytes make up the rows.
  let words: any StoredTensor
  let bits: Int
  let columns: Int
  /// Combined with every code by exclusive or: 0x80 turns signed bytes into codes.
  var flip: UInt8 = 0
  /// Codes of a word of 32 bits, where the rest of it is padding; nil where there is none.
  var perWord: Int?

  func readCodes(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<UInt8>, scratch: ScratchBuffer
  ) throws {
    let rowBytes = (words.elementType ?? .i32).byteCount(of: words.shape.columns)
    try scratch.withBytes(rows.count * rowBytes) { bytes in
      try words.readRawRows(rows, into: bytes)
      guard let source = bytes.baseAddress, let target = output.baseAddress else { return }
      for row in 0..<rows.count {
        let (line, place) = (source + row * rowBytes, target + row * columns)
        if let perWord {
          BitStream.unpackWords(line, bits: bits, perWord: perWord, count: columns, into: place)
        } else {
          BitStream.unpack(line, bits: bits, count: columns, into: place)
        }
      }
    }
    if flip != 0 { for index in output.indices { output[index] ^= flip } }
  }
}

/// AWQ's codes of four bits: [in, out / 8] words, the eight outputs of a word in the order 0 2 4 6 1 3 5 7.
struct AWQCodes: CodeSource {
  /// The words transposed: [out / 8, in].
  let words: any StoredTensor

  /// The place in a word, in codes, of each of its eight outputs.
  static let places = [0, 4, 1, 5, 2, 6, 3, 7]

  func readCodes(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<UInt8>, scratch: ScratchBuffer
  ) throws {
    let columns = words.shape.columns
    let wordRows = rows.lowerBound / 8..<(rows.upperBound + 7) / 8
    try scratch.withBytes(wordRows.count * columns * 4) { bytes in
      try words.readRawRows(wordRows, into: bytes)
      guard let source = bytes.baseAddress, let target = output.baseAddress else { return }
      for (index, row) in rows.enumerated() {
        let line = source + (row / 8 - wordRows.lowerBound) * columns * 4
        let shift = UInt32(AWQCodes.places[row % 8] * 4)
        let place = target + index * columns
        for column in 0..<columns {
          let word = line.load(fromByteOffset: column &* 4, as: UInt32.self)
          place[column] = UInt8(truncatingIfNeeded: word &>> shift & 15)
        }
      }
    }
  }
}

/// Numbers of a few bits in a row of bytes, lowest bits first.
enum BitStream {
  /// Unpacks `count` numbers of `bits` bits.
  static func unpack(
    _ source: UnsafeRawPointer, bits: Int, count: Int, into output: UnsafeMutablePointer<UInt8>
  ) {
    let bytes = source.assumingMemoryBound(to: UInt8.self)
    switch bits {
    case 8: output.update(from: bytes, count: count)
    case 4:
      for index in 0..<count / 2 {
        output[index &* 2] = bytes[index] & 15
        output[index &* 2 &+ 1] = bytes[index] &>> 4
      }
      if count % 2 == 1 { output[count - 1] = bytes[count / 2] & 15 }
    default:
      for index in 0..<count { output[index] = UInt8(value(bytes, bits: bits, index)) }
    }
  }

  /// Unpacks `count` numbers, of which each word of 32 bits holds `perWord` in its lowest bits.
  static func unpackWords(
    _ source: UnsafeRawPointer, bits: Int, perWord: Int, count: Int, into output: UnsafeMutablePointer<UInt8>
  ) {
    let mask = UInt32(1 << bits - 1)
    for index in 0..<count {
      let word = source.loadUnaligned(fromByteOffset: index / perWord * 4, as: UInt32.self)
      output[index] = UInt8(
        truncatingIfNeeded: UInt32(littleEndian: word) >> UInt32(index % perWord * bits) & mask)
    }
  }

  /// Number `index` of a stream.
  static func value(_ bytes: UnsafePointer<UInt8>, bits: Int, _ index: Int) -> Int {
    let start = index * bits
    let last = (start + bits - 1) / 8
    var value = Int(bytes[start / 8])
    if last > start / 8 { value |= Int(bytes[last]) << 8 }
    return value >> (start % 8) & (1 << bits - 1)
  }
}
