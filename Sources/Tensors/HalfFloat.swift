/// IEEE 754 binary16 by its bits: the readable form, which the kernels' vectors are tested against. Swift's own
/// `Float16` does not exist on every platform.
@usableFromInline
package enum HalfFloat {
  /// The largest finite number.
  package static let greatestFinite: Float = 65504

  /// Rounds to the nearest binary16, halfway cases to even; too large numbers become infinite.
  @inlinable
  package static func bits(_ value: Float) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
    let magnitude = abs(value)
    if magnitude.isNaN { return sign | 0x7E00 }
    if magnitude >= 65520 { return sign | 0x7C00 }
    if magnitude < 0x1p-14 {
      // Subnormal: a multiple of 2^-24, and adding 1/2 makes that the last bit of a float32.
      return sign | UInt16(truncatingIfNeeded: (magnitude + 0.5).bitPattern)
    }
    let bits = magnitude.bitPattern
    let rounded = bits &+ 0xFFF &+ ((bits >> 13) & 1)
    return sign | UInt16((rounded - (112 << 23)) >> 13)
  }

  /// The number that the bits stand for.
  @inlinable
  package static func value(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let rest = UInt32(bits & 0x7FFF)
    if rest >= 0x7C00 { return Float(bitPattern: sign | 0x7F80_0000 | (rest & 0x3FF) << 13) }
    let magnitude = Float(bitPattern: rest << 13) * 0x1p112
    return Float(bitPattern: sign | magnitude.bitPattern)
  }
}
