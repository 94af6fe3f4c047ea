import Foundation

/// How rotary angles are stretched for texts longer than those of the first training. The names and formulas are
/// those of transformers' `rope_parameters`.
package enum RotaryScaling: Sendable, Hashable {
  /// As trained.
  case none
  /// Positions divided by a factor.
  case linear(factor: Double)
  /// A base that grows with the text ("dynamic NTK").
  case dynamic(factor: Double, originalLength: Int)
  /// Low frequencies divided by a factor, high ones kept, blended in between.
  case llama3(factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalLength: Int)
  /// YaRN (arXiv 2309.00071).
  case yarn(YarnParameters)
  /// The first pairs only, divided by a factor; the others stay as they are.
  case proportional(turning: Int, factor: Double)
  /// A divisor for each frequency, other ones beyond the original length.
  case longRope(long: [Double], short: [Double], originalLength: Int, attentionFactor: Double)

  /// What cosines and sines are multiplied by.
  package var attentionFactor: Double {
    switch self {
    case .yarn(let yarn): yarn.attentionFactor
    case .longRope(_, _, _, let factor): factor
    case .none, .linear, .dynamic, .llama3, .proportional: 1
    }
  }
}

/// The settings of YaRN.
package struct YarnParameters: Sendable, Hashable {
  /// How much longer texts may be than the original length.
  package var factor: Double
  /// The length of the first training.
  package var originalLength: Int
  /// Rotations within the original length above which a frequency is kept (`beta_fast`).
  package var betaFast: Double
  /// Rotations below which a frequency is divided by the factor (`beta_slow`).
  package var betaSlow: Double
  /// Whether the bounds of the blend are rounded to whole pairs.
  package var truncates: Bool
  /// What cosines and sines are multiplied by.
  package var attentionFactor: Double

  /// The settings of YaRN.
  package init(
    factor: Double, originalLength: Int, betaFast: Double = 32, betaSlow: Double = 1, truncates: Bool = true,
    attentionFactor: Double
  ) {
    self.factor = factor
    self.originalLength = originalLength
    self.betaFast = betaFast
    self.betaSlow = betaSlow
    self.truncates = truncates
    self.attentionFactor = attentionFactor
  }
}

extension RotaryEmbedding {
  /// The same with a larger base, θ · α^(d / (d − 2)): a fixed stretch for longer texts ("NTK-aware").
  package func stretched(by alpha: Double) -> RotaryEmbedding {
    var stretched = self
    stretched.theta = theta * pow(alpha, Double(dimension) / Double(dimension - 2))
    return stretched
  }

  /// The angle of each pair at position 1. For scalings that depend on the text's length, without them.
  var inverseFrequencies: [Double] {
    let plain = inverseFrequencies(dividedBy: nil)
    switch scaling {
    case .none, .dynamic, .longRope: return plain
    case .linear(let factor): return plain.map { $0 / factor }
    case .llama3(let factor, let low, let high, let original):
      return plain.map { llama3($0, factor: factor, low: low, high: high, original: Double(original)) }
    case .yarn(let yarn): return self.yarn(yarn, plain)
    case .proportional(let turning, let factor):
      return plain.enumerated().map { $0.offset < turning ? $0.element / factor : 0 }
    }
  }

  /// θ^(−2i/dimension), each divided by its divisor.
  func inverseFrequencies(dividedBy divisors: [Double]?) -> [Double] {
    (0..<dimension / 2).map { pair in
      1 / ((divisors?[pair] ?? 1) * pow(theta, 2 * Double(pair) / Double(dimension)))
    }
  }

  private func llama3(_ frequency: Double, factor: Double, low: Double, high: Double, original: Double)
    -> Double
  {
    let wavelength = 2 * Double.pi / frequency
    if wavelength < original / high { return frequency }
    if wavelength > original / low { return frequency / factor }
    let smooth = (original / wavelength - low) / (high - low)
    return (1 - smooth) * frequency / factor + smooth * frequency
  }

  private func yarn(_ yarn: YarnParameters, _ plain: [Double]) -> [Double] {
    // The pair that turns `rotations` times within the original length.
    func pair(turning rotations: Double) -> Double {
      Double(dimension) * log(Double(yarn.originalLength) / (rotations * 2 * .pi)) / (2 * log(theta))
    }
    var low = pair(turning: yarn.betaFast), high = pair(turning: yarn.betaSlow)
    if yarn.truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
    (low, high) = (max(low, 0), min(high, Double(dimension - 1)))
    if low == high { high += 0.001 }
    return plain.enumerated().map { index, frequency in
      let ramp = min(max((Double(index) - low) / (high - low), 0), 1)
      return frequency / yarn.factor * ramp + frequency * (1 - ramp)
    }
  }
}
