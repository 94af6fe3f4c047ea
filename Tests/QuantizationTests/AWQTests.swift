import Quantization
import Tensors
import Testing

@Suite struct AWQTests {
  private func read(_ weight: Weight) throws -> [Float] {
    try [Float](unsafeUninitializedCapacity: weight.shape.elementCount) { buffer, count in
      let all = UnsafeMutableBufferPointer(rebasing: buffer[..<weight.shape.elementCount])
      try WeightReader().read(0..<weight.shape.rows, of: weight, into: all)
      count = all.count
    }
  }

  @Test(arguments: ["normal", "bf16", "edges"]) func scalesAreThoseOfNNCF(matrix: String) throws {
    let weight = Weight(Goldens.shared.floats(matrix), shape: [40, 256])
    // 7 rows at once: the last slab is shorter.
    let scales = try AWQ.scales(for: weight, reader: WeightReader(), slabRows: 7)
    let expected = Goldens.shared.floats("\(matrix).awq")
    #expect(scales.count == expected.count)
    let error = zip(scales, expected).map { abs($0 / $1 - 1) }.max() ?? 1
    #expect(error < 1e-6)
  }

  @Test func columnOfZerosHasAScale() throws {
    let scales = try AWQ.scales(for: Weight([0, 1, 0, 3], shape: [2, 2]), reader: WeightReader())
    #expect(scales == [1 / .ulpOfOne, 0.5])
  }

  @Test func foldingKeepsTheProduct() throws {
    let down = Weight(Array(Goldens.shared.floats("normal").prefix(40 * 64)), shape: [40, 64])
    let up = Weight(Array(Goldens.shared.floats("bf16").suffix(64 * 8)), shape: [64, 8])
    let folded = try AWQ.folded(up: up, down: down, reader: WeightReader())
    func product(_ down: Weight, _ up: Weight) throws -> [Float] {
      let (left, right) = (try read(down), try read(up))
      var result: [Float] = []
      for row in 0..<40 {
        for column in 0..<8 {
          var sum: Float = 0
          for inner in 0..<64 { sum += left[row * 64 + inner] * right[inner * 8 + column] }
          result.append(sum)
        }
      }
      return result
    }
    let (before, after) = (try product(down, up), try product(folded.down, folded.up))
    #expect(zip(before, after).allSatisfy { abs($0 - $1) < 1e-6 })
    let means = try AWQ.scales(for: folded.down, reader: WeightReader())
    #expect(means.allSatisfy { abs($0 - 1) < 1e-5 })
  }
}
