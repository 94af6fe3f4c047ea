import Kernels

/// MXFP4 and FP4: floats of one sign, two exponent and one mantissa bit (OCP Microscaling Formats 1.0).
///
/// The scale is the largest magnitude divided by 6, the largest value. In MXFP4 it is rounded up to a power of two
/// and shared by 32 numbers.
package struct FourBitFloats: Scheme {
  let scaleIsPowerOfTwo: Bool

  package init(scaleIsPowerOfTwo: Bool) { self.scaleIsPowerOfTwo = scaleIsPowerOfTwo }

  /// The magnitudes that the codes 0…7 stand for; bit 3 is the sign.
  package static let levels: [Float] = [0, 0.5, 1, 1.5, 2, 3, 4, 6]

  package var kernel: oven_scheme { scaleIsPowerOfTwo ? oven_scheme_mxfp4 : oven_scheme_fp4 }

  package func parameters(minimum: Float, maximum: Float) -> GroupParameters {
    let scale = GroupParameters.guarded(max(abs(minimum), abs(maximum))) / 6
    guard scaleIsPowerOfTwo else { return GroupParameters(scale: scale) }
    // The smallest power of two that is not below the scale, by its bits: a logarithm may miss exact powers.
    let exponent = Int(scale.exponentBitPattern) + (scale.significandBitPattern == 0 ? 0 : 1)
    return GroupParameters(scale: Float(sign: .plus, exponent: min(exponent, 254) - 127, significand: 1))
  }

  package func code(of weight: Float, _ parameters: GroupParameters) -> UInt8 {
    let normalized = weight / parameters.scale
    let magnitude = abs(normalized)
    // Halfway cases go to the even code.
    let passed = [
      magnitude > 0.25, magnitude >= 0.75, magnitude > 1.25, magnitude >= 1.75, magnitude > 2.5,
      magnitude >= 3.5, magnitude > 5,
    ]
    return UInt8(passed.count { $0 }) | (normalized.sign == .minus ? 8 : 0)
  }

  package func value(of code: UInt8, _ parameters: GroupParameters) -> Float {
    let magnitude = FourBitFloats.levels[Int(code & 7)]
    return code & 8 == 0 ? magnitude : -magnitude
  }
}
