import Kernels

/// INT4_ASYM and INT8_ASYM: unsigned integers with an integer zero point, both for each group.
///
/// The range is widened to hold 0, so that the zero point is one of the integers.
/// `s = (max − min) / (2^bits − 1)`, `z = clip(−round(min / s))`, `q = clip(round(w / s + z))`.
package struct AsymmetricIntegers: Scheme {
  let bits: Int

  package init(bits: Int) { self.bits = bits }

  package var kernel: oven_scheme {
    bits == 4 ? oven_scheme_int4_asymmetric : oven_scheme_int8_asymmetric
  }

  private var highest: Float { Float((1 << bits) - 1) }

  package func parameters(minimum: Float, maximum: Float) -> GroupParameters {
    let (low, high) = (min(minimum, 0), max(maximum, 0))
    let scale = GroupParameters.guarded((high - low) / highest)
    let zeroPoint = -(low / scale).rounded(.toNearestOrEven)
    return GroupParameters(scale: scale, zeroPoint: min(max(zeroPoint, 0), highest))
  }

  package func code(of weight: Float, _ parameters: GroupParameters) -> UInt8 {
    let rounded = (weight / parameters.scale + parameters.zeroPoint).rounded(.toNearestOrEven)
    return UInt8(min(max(rounded, 0), highest))
  }

  package func value(of code: UInt8, _ parameters: GroupParameters) -> Float {
    Float(code) - parameters.zeroPoint
  }
}
