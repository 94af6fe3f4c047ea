import Foundation

/// Whether two things that were measured in turn differ, or only seem to.
///
/// The figures are those of pairs, measured one right after the other, so that what slows the machine down slows both.
/// If there were no difference, each pair might as well be the other way round: the share of all such exchanges whose
/// mean is at least as far from nothing as the one that was measured is the probability of seeing it by chance.
package struct PairedDifference: Equatable {
  /// How much greater the second is, as a part: 0.03 for 3 %. The middle of the pairs' ratios.
  package let ratio: Double
  /// Where the ratio lies in all but the outer twentieth of resampled measurements.
  package let range: ClosedRange<Double>
  /// The probability that it is chance.
  package let chance: Double
  /// How many pairs there are.
  package let pairs: Int

  /// Fewer pairs cannot tell.
  package static let leastPairs = 6
  /// Exchanges are counted one by one up to so many pairs, and drawn beyond.
  private static let mostExact = 14

  /// Whether the difference is real, as far as one in twenty may be wrong.
  package var isReal: Bool { chance < 0.05 }

  /// - Parameters:
  ///   - first: figures above 0, in the order of their pairs.
  ///   - second: as many of the other.
  package init(_ first: [Double], _ second: [Double]) {
    let logs = zip(first, second).map { $0 > 0 && $1 > 0 ? log($1 / $0) : 0 }
    pairs = logs.count
    var random = SplitMix(state: 1)
    let mean = Self.mean(logs)
    ratio = exp(mean) - 1
    let sums = (0..<4000).map { _ in
      Self.mean(logs.indices.map { _ in logs[Int(random.next() % UInt64(max(1, logs.count)))] })
    }.sorted()
    range = logs.isEmpty ? 0...0 : (exp(sums[100]) - 1)...(exp(sums[3899]) - 1)
    chance = Self.chance(logs, mean, &random)
  }

  private static func chance(_ logs: [Double], _ mean: Double, _ random: inout SplitMix) -> Double {
    guard logs.count > 1, logs.contains(where: { $0 != 0 }) else { return 1 }
    let limit = abs(mean) * (1 - 1e-12)
    let isExact = logs.count <= mostExact
    let rounds = isExact ? 1 << logs.count : 1 << mostExact
    let far = (0..<rounds).count { round in
      let signs = isExact ? UInt64(round) : random.next()
      let sum = logs.indices.reduce(0.0) { $0 + (signs >> UInt64($1 % 64) & 1 == 1 ? -logs[$1] : logs[$1]) }
      return abs(sum) / Double(logs.count) >= limit
    }
    return Double(far) / Double(rounds)
  }

  private static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
  }

  /// The verdict in a line.
  ///
  /// - Parameters:
  ///   - subject: what the second is: "B".
  ///   - more: what a greater figure means: "faster".
  ///   - less: what a smaller one means.
  package func line(_ subject: String, more: String = "faster", less: String = "slower") -> String {
    func percent(_ part: Double) -> String { Units.decimals(abs(part) * 100, 1) }
    func signed(_ part: Double) -> String { (part < 0 ? "−" : "+") + percent(part) }
    let interval = "\(signed(range.lowerBound)) to \(signed(range.upperBound)) %"
    guard pairs >= Self.leastPairs else { return "\(pairs) pairs are too few to tell (\(interval))" }
    guard isReal else { return "no difference that can be told from chance (\(interval))" }
    return "\(subject) is \(percent(ratio)) % \(ratio < 0 ? less : more) (\(interval); "
      + (chance < 0.001 ? "less than 0.1" : Units.decimals(chance * 100, 1)) + " % that this is chance)"
  }
}

/// Random numbers that are the same in every run.
private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
