import Kernels
import Tensors

/// A way to write a group of numbers in few bits: how its scale and zero point are found, and how a number is
/// rounded. The readable form; `Kernels` computes the same faster.
///
/// The formulas are those of NNCF 3.4 (`nncf/quantization/algorithms/weight_compression`): all in float32, with a
/// scale that is rounded to its storage type only after the values were divided by it.
package protocol Scheme: Sendable {
  /// The kernel that computes the same.
  var kernel: oven_scheme { get }

  /// The scale of a group, before it is rounded to its storage type, and its zero point.
  func parameters(minimum: Float, maximum: Float) -> GroupParameters

  /// The bits that stand for `weight`.
  func code(of weight: Float, _ parameters: GroupParameters) -> UInt8

  /// What a code stands for, before it is multiplied with the scale.
  func value(of code: UInt8, _ parameters: GroupParameters) -> Float
}

/// What the numbers of one group share.
package struct GroupParameters: Sendable, Equatable {
  package var scale: Float
  package var zeroPoint: Float = 0

  package init(scale: Float, zeroPoint: Float = 0) {
    self.scale = scale
    self.zeroPoint = zeroPoint
  }

  /// `scale`, or the machine epsilon of float32 where it is smaller than that, so that nothing divides by zero.
  package static func guarded(_ scale: Float) -> Float { abs(scale) < .ulpOfOne ? .ulpOfOne : scale }
}

/// The scheme of `format`, nil where there is none.
package func scheme(of format: CompressedFormat) -> (any Scheme)? {
  let plainScale = format.scaleType == .f16 || format.scaleType == .f32
  switch (format.elementType, format.zeroPoint) {
  case (.i4, .none) where plainScale: return SymmetricIntegers(bits: 4)
  case (.i8, .none) where plainScale: return SymmetricIntegers(bits: 8)
  case (.u4, .integer) where plainScale: return AsymmetricIntegers(bits: 4)
  case (.u8, .integer) where plainScale: return AsymmetricIntegers(bits: 8)
  case (.nf4, .none) where plainScale: return NormalFloats()
  case (.f4e2m1, .none) where plainScale: return FourBitFloats(scaleIsPowerOfTwo: false)
  case (.f4e2m1, .none) where format.scaleType == .f8e8m0: return FourBitFloats(scaleIsPowerOfTwo: true)
  default: return nil
  }
}
