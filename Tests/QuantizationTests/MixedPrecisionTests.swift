import Quantization
import Tensors
import Testing

@Suite struct MixedPrecisionTests {
  @Test(arguments: ["normal", "bf16", "edges"]) func scoreEqualsNNCF(matrix: String) throws {
    let floats = Goldens.shared.floats(matrix)
    var scorer = try MixedPrecision.Scorer()
    floats.withUnsafeBufferPointer { all in
      for start in stride(from: 0, to: 40, by: 8) {
        let slab = UnsafeBufferPointer(rebasing: all[start * 256..<(start + 8) * 256])
        scorer.add(slab, rows: 8, columns: 256)
      }
    }
    let expected = try #require(Goldens.shared.floats("\(matrix).error").first)
    #expect(abs(1 / scorer.score / (Double(expected) + Double(Float.ulpOfOne)) - 1) < 1e-5)
  }

  @Test func layersWithFourBitsAreThoseOfNNCF() throws {
    let layers = try (0..<6).map { layer in
      var scorer = try MixedPrecision.Scorer()
      let floats = Goldens.shared.floats("ratio.\(layer)")
      floats.withUnsafeBufferPointer { scorer.add($0, rows: 64, columns: 64) }
      return (score: scorer.score, count: floats.count)
    }
    let chosen = MixedPrecision.choose(layers, ratio: 0.6)
    let expected = Goldens.shared.bytes("ratio.chosen")
    #expect((0..<7).map { chosen.contains($0) ? 1 : 0 } == expected)
  }

  @Test func shareStaysStrictlyBelowTheRatio() {
    let layers: [(score: Double, count: Int)] = [(5, 10), (1, 10), (3, 10), (2, 10), (4, 10)]
    #expect(MixedPrecision.choose(layers, ratio: 0.6) == [1, 3])
    #expect(MixedPrecision.choose(layers, ratio: 0.61) == [1, 2, 3])
    #expect(MixedPrecision.choose(layers, ratio: 1) == [0, 1, 2, 3, 4])
    #expect(MixedPrecision.choose(layers, ratio: 0.1) == [])
    // NNCF stops at the first layer that does not fit, though a smaller one might.
    #expect(MixedPrecision.choose([(1, 50), (2, 1)], ratio: 0.5) == [])
    #expect(MixedPrecision.choose([], ratio: 0.5) == [])
  }

  @Test func planGivesTheRestTheBackupPrecision() throws {
    let recipe = QuantizationRecipe(groupSize: 64, ratio: 0.7, target: .cpu)
    var weights = PlanTests.smol
    #expect(QuantizationPlan.weightsToScore(weights, recipe: recipe) == [2, 3, 4])
    #expect(throws: QuantizationError.self) {
      try QuantizationPlan.decide(for: weights, recipe: recipe)
    }
    for (index, score) in [(2, 3.0), (3, 1.0), (4, 2.0)] { weights[index].score = score }
    let plan = try QuantizationPlan.decide(for: weights, recipe: recipe)
    #expect(plan.decisions.map(\.format.compressed?.elementType) == [.i8, nil, .i8, .i4, .i8, .i8])
    #expect(plan.notes == ["beyond the ratio of 0.7: i8, whole rows (2 weights)"])
  }
}
