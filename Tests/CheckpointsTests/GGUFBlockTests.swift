import Checkpoints
import Tensors
import Testing

/// All block types against the numbers of the `gguf` Python package (`make_gguf_blocks.py`).
@Suite struct GGUFBlockTests {
  private static let blockTypes = [
    "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "IQ4_XS",
    "MXFP4",
  ]
  private static let smallTypes = [
    "IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S", "TQ1_0", "TQ2_0",
  ]
  private static let plainTypes = ["F32", "F16", "F64", "BF16", "I8", "I16", "I32", "I64"]

  private let file: GGUFFile
  private let golden: any WeightSource

  init() throws {
    file = try GGUFFile(path: Fixtures.path("gguf/blocks.gguf"))
    golden = try Fixtures.golden("gguf/blocks.safetensors")
  }

  private func pair(_ type: String) throws -> (stored: any StoredTensor, expected: [Float]) {
    let stored = try #require(file.tensors.first { $0.name == type })
    let expected = try #require(golden.tensor(named: type))
    #expect(stored.shape == expected.shape)
    return (stored, try expected.floats())
  }

  @Test(arguments: blockTypes + plainTypes) func dequantisesExactly(type: String) throws {
    let (stored, expected) = try pair(type)
    #expect(stored.formatName.uppercased() == type)
    #expect(try stored.floats() == expected)
    #expect(
      try stored.floats(rows: 1..<2) == Array(expected[stored.shape.columns..<2 * stored.shape.columns]))
  }

  /// Types of less than four bits (`make_gguf_small.py`): exact, and never kept.
  @Test(arguments: smallTypes) func dequantisesSmallTypesExactly(type: String) throws {
    let file = try GGUFFile(path: Fixtures.path("gguf/small.gguf"))
    let stored = try #require(file.tensors.first { $0.name == type })
    let expected = try #require(Fixtures.golden("gguf/small.safetensors").tensor(named: type))
    #expect(stored.shape == expected.shape && stored.keptFormat == nil)
    #expect(try stored.floats() == expected.floats())
    #expect(try stored.floats(rows: 1..<2) == expected.floats(rows: 1..<2))
  }

  /// Symmetric formats are kept exactly. Where a minimum became a zero point, the result is rounded once more:
  /// the error stays within a few units in the last place of the block's largest number.
  @Test(arguments: blockTypes) func keepsTheSameNumbers(type: String) throws {
    let (stored, expected) = try pair(type)
    for rows in [0..<3, 1..<2] {
      let kept = try stored.keptFloats(rows: rows)
      let part = Array(expected[rows.lowerBound * 512..<rows.upperBound * 512])
      guard stored.keptFormat?.zeroPoint == .float else {
        #expect(kept == part)
        continue
      }
      for start in stride(from: 0, to: kept.count, by: 32) {
        let block = part[start..<start + 32]
        let bound = (block.map(abs).max() ?? 0) * 1e-6
        #expect(zip(kept[start..<start + 32], block).allSatisfy { abs($0 - $1) <= bound }, "\(start)")
      }
    }
  }

  @Test func readsMetadata() throws {
    #expect(file.version == 3 && file.architecture == "blocks")
    #expect(file.value("answer")?.int == 42)
    #expect(file.value("negative")?.int == -5)
    #expect(file.value("yes")?.bool == true)
    #expect(file.value("strings")?.strings == ["a", "", "höh"])
    #expect(file.value("numbers")?.ints == [1, -2, 3])
    #expect(file.value("floats")?.floats == [0.5, -1.5])
  }
}
