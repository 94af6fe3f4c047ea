import Foundation

/// A small generator with a seed (SplitMix64: Steele, Lea and Flood 2014), the same on every machine.
package struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  package init(_ seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 to below 1.
  package mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }
}

/// Draws tokens at temperature 1.
package enum Sampling {
  /// One token by its probability.
  ///
  /// - Parameter draw: a number from 0 to below 1.
  package static func one(_ logits: UnsafeMutableBufferPointer<Float>, draw: Double) -> Int {
    let largest = logits.max() ?? 0
    let weights = logits.map { exp(Double($0 - largest)) }
    var left = draw * weights.reduce(0, +)
    for (token, weight) in weights.enumerated() {
      left -= weight
      if left < 0 { return token }
    }
    return logits.indices.max { logits[$0] < logits[$1] } ?? 0
  }

  /// The tokens number `after`, `after` + 1 … in the order of their probability.
  package static func likeliest(_ logits: UnsafeMutableBufferPointer<Float>, count: Int, after: Int) -> [Int]
  {
    let order = logits.indices.sorted { (logits[$0], $1) > (logits[$1], $0) }
    return (0..<count).map { order[(after + $0) % order.count] }
  }
}
