import Quantization
import Tensors
import Testing

/// Values, scales and zero points equal those of NNCF 3.4, byte by byte.
@Suite struct NNCFEqualityTests {
  static let matrices = ["normal", "bf16", "edges", "huge"]
  static let schemes: [(String, Int)] = [
    ("int4_sym", 128), ("int4_sym", 64), ("int4_sym", -1), ("int4_asym", 128), ("int4_asym", 32),
    ("int4_asym", -1), ("int8_sym", -1), ("int8_asym", -1), ("nf4", 64), ("nf4", -1), ("mxfp4", 32),
    ("fp4", 128),
  ]

  @Test(arguments: matrices, schemes)
  func equal(matrix: String, scheme: (String, Int)) throws {
    let floats = Goldens.shared.floats(matrix)
    let format = try #require(goldenFormat(scheme.0, scheme.1))
    let ours = try Compressed(quantizing: floats, rows: 40, columns: 256, format)
    let key = "\(matrix).\(scheme.0).\(scheme.1)"
    func differing(_ ours: [UInt8], _ theirs: [UInt8]) -> [Int] {
      ours.count == theirs.count ? ours.indices.filter { ours[$0] != theirs[$0] } : [-1]
    }
    #expect(differing(ours.values, Goldens.shared.bytes("\(key).values")) == [], "\(key)")
    #expect(differing(ours.zeroPoints, Goldens.shared.bytes("\(key).zeros")) == [], "\(key)")
    var scales = Goldens.shared.bytes("\(key).scales")
    let overflows = format.scaleType == .f16 ? finite(&scales) : 0
    #expect(differing(ours.scales, scales) == [], "\(key)")
    #expect(ours.statistics.overflowCount == overflows)
    #expect(ours.statistics.nonFiniteCount == 0)
  }

  /// NNCF writes an infinite scale where f16 ends, and the layer's output is NaN. Here it is the largest finite
  /// number, and counted, so that a bake can refuse it.
  private func finite(_ scales: inout [UInt8]) -> Int {
    var count = 0
    for high in stride(from: 1, to: scales.count, by: 2) where scales[high] & 0x7F == 0x7C {
      count += 1
      scales[high - 1] = 0xFF
      scales[high] = scales[high] & 0x80 | 0x7B
    }
    return count
  }
}
