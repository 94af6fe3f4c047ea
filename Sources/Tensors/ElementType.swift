/// The type of one number in a tensor, named as OpenVINO IR names it.
///
/// Sizes are counted in bits because weights of four bits are the rule here.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
  case f64, f32, f16, bf16
  /// Eight-bit floats with 4 exponent and 3 mantissa bits, no infinities.
  case f8e4m3
  /// Eight-bit floats with 5 exponent and 2 mantissa bits.
  case f8e5m2
  /// A power of two, the scale of the MX formats: 2^(x − 127).
  case f8e8m0
  case i64, i32, i16, i8, i4
  case u64, u32, u16, u8, u4
  /// Four-bit NormalFloat, a fixed table of 16 values (QLoRA).
  case nf4
  /// Four-bit floats with 2 exponent and 1 mantissa bits, the values of MXFP4.
  case f4e2m1
  case boolean

  /// The size of one element in bits.
  public var bits: Int {
    switch self {
    case .f64, .i64, .u64: 64
    case .f32, .i32, .u32: 32
    case .f16, .bf16, .i16, .u16: 16
    case .f8e4m3, .f8e5m2, .f8e8m0, .i8, .u8, .boolean: 8
    case .i4, .u4, .nf4, .f4e2m1: 4
    }
  }

  /// The bytes that `count` elements take, packed without gaps; a last half-filled byte counts whole.
  public func byteCount(of count: Int) -> Int { (count * bits + 7) / 8 }
}
