/// Exponential and logarithm from additions and multiplications only, so that a seed gives the same tokens whatever
/// mathematics library a machine has.
enum PortableMath {
  private static let inverseLn2 = 1.442_695_040_888_963_4
  /// ln 2 in two parts; the first has trailing zeros, so that its multiples are exact.
  private static let ln2High = 0x1.62e42feep-1
  private static let ln2Low = 0x1.a39ef35793c76p-33

  /// e to the power of `x`, within 2e-15 relative; 0 below -700.
  @inline(__always)
  static func exp(_ x: Double) -> Double {
    guard x > -700 else { return x.isNaN ? x : 0 }
    guard x < 700 else { return .infinity }
    let power = (x * inverseLn2).rounded(.toNearestOrEven)
    let rest = (x - power * ln2High) - power * ln2Low
    // Taylor's series: the rest is at most 0.35, so what follows its 13th term is below 5e-17. Multiplications,
    // because a division takes several times as long.
    var sum = 1 + rest * (1.0 / 13)
    sum = 1 + rest * (sum * (1.0 / 12))
    sum = 1 + rest * (sum * (1.0 / 11))
    sum = 1 + rest * (sum * (1.0 / 10))
    sum = 1 + rest * (sum * (1.0 / 9))
    sum = 1 + rest * (sum * (1.0 / 8))
    sum = 1 + rest * (sum * (1.0 / 7))
    sum = 1 + rest * (sum * (1.0 / 6))
    sum = 1 + rest * (sum * (1.0 / 5))
    sum = 1 + rest * (sum * (1.0 / 4))
    sum = 1 + rest * (sum * (1.0 / 3))
    sum = 1 + rest * (sum * (1.0 / 2))
    sum = 1 + rest * sum
    // |x| is below 700, so the exponent's bits are those of a normal number.
    return sum * Double(bitPattern: UInt64(bitPattern: Int64(power) + 1023) << 52)
  }

  /// The natural logarithm of a positive finite number, by Halley's iteration on `exp`.
  static func log(_ x: Double) -> Double {
    var y = Double(x.exponent) * 0.693_147_180_559_945_3
    for _ in 0..<5 {
      let power = exp(y)
      y += 2 * (x - power) / (x + power)
    }
    return y
  }
}
