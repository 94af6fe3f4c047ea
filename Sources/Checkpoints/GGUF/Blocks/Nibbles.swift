import Tensors

/// Sixteen bytes whose low halves are the numbers 0–15 and whose high halves are the numbers 16–31 of a block,
/// as ggml packs four bits; IR wants neighbours in one byte, the even one in the low half.
enum Nibbles {
  private static let lowHalves: UInt64 = 0x0F0F_0F0F_0F0F_0F0F

  /// Repacks 32 numbers, each combined with `mask` by exclusive or (0x88… turns q into q − 8 in two's
  /// complement).
  @inline(__always)
  static func interleave(
    _ source: UnsafeRawPointer, into output: UnsafeMutableRawPointer, flipping mask: UInt32 = 0
  ) {
    let first = UInt64(littleEndian: source.loadUnaligned(as: UInt64.self))
    let second = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    store(pairs(first & lowHalves) ^ mask, output, 0)
    store(pairs(second & lowHalves) ^ mask, output, 4)
    store(pairs(first &>> 4 & lowHalves) ^ mask, output, 8)
    store(pairs(second &>> 4 & lowHalves) ^ mask, output, 12)
  }

  /// Eight bytes below 16 as eight halves of bytes, the first lowest.
  @inline(__always)
  static func pairs(_ bytes: UInt64) -> UInt32 {
    var packed = (bytes | bytes &>> 4) & 0x00FF_00FF_00FF_00FF
    packed = (packed | packed &>> 8) & 0x0000_FFFF_0000_FFFF
    return UInt32(truncatingIfNeeded: packed | packed &>> 16)
  }

  @inline(__always)
  private static func store(_ value: UInt32, _ output: UnsafeMutableRawPointer, _ offset: Int) {
    output.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt32.self)
  }

  /// Writes zeros over `count` bytes, the values of a group without a scale.
  @inline(__always)
  static func clear(_ output: UnsafeMutableRawPointer, byteCount count: Int) {
    output.initializeMemory(as: UInt8.self, repeating: 0, count: count)
  }
}

extension UnsafeRawPointer {
  /// The half-precision number at a position, as float32.
  @inline(__always)
  func half(at offset: Int = 0) -> Float { HalfFloat.value(halfBits(at: offset)) }

  /// The bits of the half-precision number at a position.
  @inline(__always)
  func halfBits(at offset: Int = 0) -> UInt16 { loadUnaligned(fromByteOffset: offset, as: UInt16.self) }

  /// The byte at a position, as an integer.
  @inline(__always)
  func byte(at offset: Int) -> Int { Int(load(fromByteOffset: offset, as: UInt8.self)) }
}
