import Testing
import oven

@Suite("Differences between measurements")
struct PairedDifferenceTests {
  /// Expected: scipy 1.15, `permutation_test((log(b / a),), mean, permutation_type="samples", n_resamples=inf)`.
  @Test(
    arguments: [
      (
        [100, 101, 99, 100, 102, 98, 100, 101], [103, 104, 101, 104, 104, 101, 102, 105],
        0.028686780750263763, 0.0078125
      ),
      (
        [100, 101, 99, 100, 102, 98, 100, 101], [101.3, 100.1, 98.6, 102.7, 100.4, 99.2, 98.9, 102.5],
        0.003330534087013115,
        0.5625
      ),
      ([10, 10, 10, 10, 10, 10], [11, 11, 11, 11, 11, 11], 0.1, 0.03125),
      ([50, 52, 49, 51, 50, 53, 48], [47, 50, 48, 47, 49, 50, 47], -0.0423511045930165, 0.015625),
    ] as [([Double], [Double], Double, Double)])
  func againstSciPy(_ first: [Double], _ second: [Double], _ ratio: Double, _ chance: Double) {
    let difference = PairedDifference(first, second)
    #expect(abs(difference.ratio - ratio) < 1e-9)
    #expect(difference.chance == chance)
    #expect(difference.range.contains(ratio) || difference.range.lowerBound == difference.range.upperBound)
  }

  @Test func verdicts() {
    let steady = [Double](repeating: 10, count: 8)
    #expect(PairedDifference(steady, steady.map { $0 * 1.1 }).line("B").hasPrefix("B is 10.0 % faster"))
    #expect(PairedDifference(steady, steady.map { $0 * 0.9 }).line("B").hasPrefix("B is 10.0 % slower"))
    #expect(PairedDifference(steady, steady).line("B").hasPrefix("no difference"))
    #expect(PairedDifference([1, 2], [2, 4]).line("B").hasPrefix("2 pairs are too few"))
    #expect(PairedDifference([], []).chance == 1)
  }

  @Test(arguments: [
    (1.0, "████"), (0.5, "██"), (0.53, "██▏"), (0.0, ""), (0.001, "▏"), (7.0, "████"), (.nan, ""),
  ])
  func bars(_ value: Double, _ expected: String) { #expect(Bar.text(value, of: 1, width: 4) == expected) }
}
