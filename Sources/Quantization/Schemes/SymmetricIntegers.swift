import Kernels

/// INT4_SYM and INT8_SYM: two's complement integers around 0, one scale a group.
///
/// The scale is signed: the number of the largest magnitude always becomes the lowest integer, which has no
/// positive counterpart, so that no code is wasted. `s = (|min| ≥ max ? |min| : −max) / 2^(bits−1)`.
package struct SymmetricIntegers: Scheme {
  let bits: Int

  package init(bits: Int) { self.bits = bits }

  package var kernel: oven_scheme {
    bits == 4 ? oven_scheme_int4_symmetric : oven_scheme_int8_symmetric
  }

  private var half: Float { Float(1 << (bits - 1)) }

  package func parameters(minimum: Float, maximum: Float) -> GroupParameters {
    let scale = (abs(minimum) >= maximum ? abs(minimum) : -maximum) / half
    return GroupParameters(scale: GroupParameters.guarded(scale))
  }

  package func code(of weight: Float, _ parameters: GroupParameters) -> UInt8 {
    let rounded = (weight / parameters.scale).rounded(.toNearestOrEven)
    let value = Int8(min(max(rounded, -half), half - 1))
    return UInt8(bitPattern: value) & UInt8((1 << bits) - 1)
  }

  package func value(of code: UInt8, _ parameters: GroupParameters) -> Float {
    Float(Int8(bitPattern: code << (8 - bits)) >> (8 - bits))
  }
}
