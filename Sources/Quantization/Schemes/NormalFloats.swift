import Kernels

/// NF4: the nearest of 16 numbers that divide a normal distribution into equal parts (Dettmers et al., "QLoRA",
/// 2023, appendix E). The scale is the largest magnitude of the group.
package struct NormalFloats: Scheme {
  package init() {}

  /// The numbers that the 16 codes stand for, ascending.
  package static let levels: [Float] = [
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
    -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725,
    0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023,
    1.0,
  ]

  /// The borders between neighbouring codes; a number on a border belongs to the lower code. They are OpenVINO's
  /// constants, not the exact means of the levels.
  package static let borders: [Float] = [
    -0.8480964004993439, -0.6106329262256622, -0.4599952697753906, -0.33967943489551544, -0.23460740596055984,
    -0.13791173323988914, -0.045525018125772476, 0.03979014977812767, 0.1202552504837513, 0.2035212516784668,
    0.2920137718319893, 0.3893125355243683, 0.5016634166240692, 0.6427869200706482, 0.8614784181118011,
  ]

  package var kernel: oven_scheme { oven_scheme_nf4 }

  package func parameters(minimum: Float, maximum: Float) -> GroupParameters {
    GroupParameters(scale: GroupParameters.guarded(max(abs(minimum), abs(maximum))))
  }

  package func code(of weight: Float, _ parameters: GroupParameters) -> UInt8 {
    let normalized = weight / parameters.scale
    return UInt8(NormalFloats.borders.count { normalized > $0 })
  }

  package func value(of code: UInt8, _ parameters: GroupParameters) -> Float {
    NormalFloats.levels[Int(code)]
  }
}
