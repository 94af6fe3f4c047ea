import Checkpoints
import Foundation
import Tensors
import Testing

/// The fixtures of this folder's tests.
enum Fixtures {
  /// The path of a fixture.
  static func path(_ name: String) -> String {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    return folder.joined(separator: "/") + "/Fixtures/checkpoints/" + name
  }

  /// The names of the fixtures in a folder, sorted.
  static func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []).sorted()
  }

  /// The tensors of a safetensors fixture that another program wrote.
  static func golden(_ name: String) throws -> any WeightSource {
    try Checkpoint.open(path: path(name)).weights
  }
}

extension StoredTensor {
  /// All numbers.
  func floats() throws -> [Float] { try floats(rows: 0..<shape.rows) }

  /// The numbers of some rows.
  func floats(rows: Range<Int>) throws -> [Float] {
    let count = rows.count * shape.columns
    var result = [Float](repeating: .nan, count: count)
    try result.withUnsafeMutableBufferPointer { try readRows(rows, into: $0, scratch: ScratchBuffer()) }
    return result
  }

  /// The numbers that the kept form of some rows stands for, computed as the runtime does: in float32.
  func keptFloats(rows: Range<Int>) throws -> [Float] {
    let format = try #require(keptFormat)
    let columns = shape.columns
    var values = [UInt8](repeating: 0xAA, count: format.valueByteCount(rows: rows.count, columns: columns))
    var scales = [UInt8](repeating: 0xAA, count: format.scaleByteCount(rows: rows.count, columns: columns))
    var zeros = [UInt8](repeating: 0xAA, count: format.zeroPointByteCount(rows: rows.count, columns: columns))
    try values.withUnsafeMutableBytes { values in
      try scales.withUnsafeMutableBytes { scales in
        try zeros.withUnsafeMutableBytes { zeros in
          try readKeptRows(
            rows, into: CompressedRows(values: values, scales: scales, zeroPoints: zeros),
            scratch: ScratchBuffer())
        }
      }
    }
    let size = format.groupSize ?? columns
    return (0..<rows.count * columns).map { index in
      let group = index / columns * format.groups(columns: columns) + index % columns / size
      let scale = decode(scales, group, format.scaleType)
      let zero = format.zeroPointType.map { decode(zeros, group, $0) } ?? 0
      return (decode(values, index, format.elementType) - zero) * scale
    }
  }
}

/// Element `index` of packed numbers.
private func decode(_ bytes: [UInt8], _ index: Int, _ type: ElementType) -> Float {
  func load<Number: BitwiseCopyable>(_: Number.Type) -> Number {
    bytes.withUnsafeBytes {
      $0.loadUnaligned(fromByteOffset: index * MemoryLayout<Number>.size, as: Number.self)
    }
  }
  let nibble = Int(type.bits == 4 ? bytes[index / 2] >> UInt8(index % 2 * 4) & 15 : 0)
  switch type {
  case .f32: return load(Float.self)
  case .f16: return Float(load(Float16.self))
  case .u8: return Float(load(UInt8.self))
  case .i8: return Float(load(Int8.self))
  case .u4: return Float(nibble)
  case .i4: return Float(nibble > 7 ? nibble - 16 : nibble)
  case .f4e2m1:
    let magnitudes: [Float] = [0, 0.5, 1, 1.5, 2, 3, 4, 6]
    return nibble > 7 ? -magnitudes[nibble - 8] : magnitudes[nibble]
  case .f8e4m3:
    let (exponent, fraction) = (Int(bytes[index] >> 3 & 15), Float(bytes[index] & 7) / 8)
    let magnitude = Float(sign: .plus, exponent: max(exponent, 1) - 7, significand: exponent == 0 ? 0 : 1)
    let step = Float(sign: .plus, exponent: max(exponent, 1) - 7, significand: fraction)
    return bytes[index] > 127 ? -(magnitude + step) : magnitude + step
  case .f8e8m0: return Float(sign: .plus, exponent: Int(bytes[index]) - 127, significand: 1)
  default: return .nan
  }
}

/// Small files as bytes.
enum MappedFile {
  /// The bytes of a file.
  static func bytes(_ path: String) throws -> [UInt8] {
    let source = try FileByteSource(path: path)
    return try source.bytes(at: 0, count: source.byteCount)
  }
}
