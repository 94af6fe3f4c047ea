import Quantization
import Tensors
import Testing

@Suite struct PlanTests {
  /// SmolLM2-135M in small: hidden 576, one layer.
  static let smol: [WeightDescriptor] = [
    WeightDescriptor(name: "embed", role: .embedding, shape: [49152, 576]),
    WeightDescriptor(name: "norm", role: .norm, shape: [576]),
    WeightDescriptor(name: "q", role: .linear, shape: [576, 576]),
    WeightDescriptor(name: "up", role: .linear, shape: [1536, 576]),
    WeightDescriptor(name: "down", role: .linear, shape: [576, 1536]),
    WeightDescriptor(name: "head", role: .head, shape: [49152, 576]),
  ]

  static func formats(_ recipe: QuantizationRecipe, _ weights: [WeightDescriptor] = smol) throws
    -> [WeightFormat]
  {
    try QuantizationPlan.decide(for: weights, recipe: recipe).decisions.map(\.format)
  }

  private func i4(_ group: Int?) -> WeightFormat {
    .compressed(CompressedFormat(elementType: .i4, groupSize: group))
  }
  private let i8 = WeightFormat.compressed(CompressedFormat(elementType: .i8, groupSize: nil))
  private let u8 = WeightFormat.compressed(
    CompressedFormat(elementType: .u8, groupSize: nil, zeroPoint: .integer))

  @Test func presetForAnyDeviceAdjustsTheGroup() throws {
    let plan = try QuantizationPlan.decide(
      for: Self.smol, recipe: .preset(.any, parameterCount: 135_000_000))
    #expect(plan.decisions.map(\.format) == [i8, .dense(.f32), i4(64), i4(64), i4(128), i8])
    #expect(plan.notes == ["groups of 128 do not divide rows of 576: groups of 64 (2 weights)"])
  }

  @Test func largeModelsGetWholeRowsUnlessTheDeviceIsKnown() {
    let count = 7_000_000_000
    #expect(QuantizationRecipe.preset(.any, parameterCount: count).groupSize == -1)
    #expect(QuantizationRecipe.preset(.npu, parameterCount: count).groupSize == -1)
    #expect(QuantizationRecipe.preset(.cpu, parameterCount: count).groupSize == 128)
    #expect(QuantizationRecipe.preset(.gpu, parameterCount: 100).groupSize == 128)
  }

  @Test func anNPUGetsWholeRowsWhereTheyAreCalibrated() {
    func groupSize(_ target: QuantizationRecipe.Target, _ isCalibrated: Bool) -> Int? {
      QuantizationRecipe.preset(target, parameterCount: 600_000_000, isCalibrated: isCalibrated).groupSize
    }
    #expect(groupSize(.npu, true) == -1 && groupSize(.npu, false) == 128)
    #expect(groupSize(.any, true) == 128 && groupSize(.cpu, true) == 128)
    let mixture = QuantizationRecipe.preset(.npu, parameterCount: 600_000_000, hasExperts: true)
    #expect(mixture.groupSize == -1)
  }

  @Test func aRouterOfFewExpertsStaysInSixteenBitsOnAnNPU() throws {
    let weights = [8, 32, 40].map { WeightDescriptor(name: "\($0)", role: .router, shape: [$0, 512]) }
    #expect(try Self.formats(QuantizationRecipe(target: .npu), weights) == [.dense(.f16), i8, .dense(.f16)])
    #expect(try Self.formats(QuantizationRecipe(), weights) == [i8, i8, i8])
  }

  @Test func groupBelowTheFloorFallsBackToEightBits() throws {
    let weights = [WeightDescriptor(name: "w", role: .linear, shape: [8, 96])]
    #expect(try Self.formats(QuantizationRecipe(), weights) == [i8])
    #expect(try Self.formats(QuantizationRecipe(target: .cpu), weights) == [i4(32)])
    let odd = [WeightDescriptor(name: "w", role: .linear, shape: [8, 80])]
    #expect(try Self.formats(QuantizationRecipe(target: .cpu), odd) == [i8])
    #expect(
      try Self.formats(QuantizationRecipe(backupPrecision: .none, target: .cpu), odd) == [.dense(.f16)])
    #expect(try Self.formats(QuantizationRecipe(weightFormat: .mxfp4), odd) == [i8])
  }

  @Test func fallbackErrorAndIgnore() throws {
    #expect(throws: QuantizationError.self) {
      try Self.formats(QuantizationRecipe(groupSizeFallback: .error))
    }
    #expect(
      try Self.formats(QuantizationRecipe(groupSizeFallback: .ignore))[2...4]
        == [.dense(.f16), .dense(.f16), i4(128)])
  }

  @Test func recipesGiveTheirFormats() throws {
    #expect(try Self.formats(QuantizationRecipe(weightFormat: .fp32)).allSatisfy { $0 == .dense(.f32) })
    let half = try Self.formats(QuantizationRecipe(weightFormat: .fp16))
    #expect(half == [.dense(.f16), .dense(.f32)] + Array(repeating: .dense(.f16), count: 4))
    let bytes = try Self.formats(QuantizationRecipe(weightFormat: .int8, isSymmetric: false))
    #expect(bytes == [u8, .dense(.f32), u8, u8, u8, u8])
    let all = try Self.formats(QuantizationRecipe(groupSize: 64, allLayers: true))
    #expect(all == [i4(64), .dense(.f32), i4(64), i4(64), i4(64), i4(64)])
    let optimum = try Self.formats(
      QuantizationRecipe(isSymmetric: false, groupSize: -1, backupPrecision: .int8Asymmetric))
    let u4 = WeightFormat.compressed(
      CompressedFormat(elementType: .u4, groupSize: nil, zeroPoint: .integer))
    #expect(optimum == [u8, .dense(.f32), u4, u4, u4, u8])
  }

  @Test func ownValuesAreKeptWhereThereAreSome() throws {
    let q4 = CompressedFormat(elementType: .u4, groupSize: 32, zeroPoint: .float)
    let weights = [
      WeightDescriptor(name: "a", role: .linear, shape: [64, 64], keptFormat: q4),
      WeightDescriptor(name: "b", role: .linear, shape: [64, 64]),
    ]
    let plan = try QuantizationPlan.decide(for: weights, recipe: QuantizationRecipe(weightFormat: .kept))
    #expect(plan.decisions.map(\.format) == [.compressed(q4), i8])
    #expect(plan.decisions.map(\.isKept) == [true, false])
    #expect(throws: QuantizationError.self) {
      try Self.formats(QuantizationRecipe(weightFormat: .kept, target: .npu), weights)
    }
  }

  @Test func npuRefusals() {
    let refused: [QuantizationRecipe] = [
      QuantizationRecipe(isSymmetric: false, target: .npu), QuantizationRecipe(groupSize: 32, target: .npu),
      QuantizationRecipe(ratio: 0.8, target: .npu), QuantizationRecipe(weightFormat: .mxfp4, target: .npu),
      QuantizationRecipe(weightFormat: .nf4, target: .npu),
    ]
    for recipe in refused {
      let error = #expect(throws: QuantizationError.self) { try recipe.check() }
      #expect(error?.code == .refusedByTarget && error?.mend.isEmpty == false)
    }
    #expect(throws: Never.self) {
      for size in [64, 128, -1] { try QuantizationRecipe(groupSize: size, target: .npu).check() }
      try QuantizationRecipe(weightFormat: .nf4, groupSize: -1, target: .npu).check()
    }
  }

  @Test func badRecipes() {
    let bad: [QuantizationRecipe] = [
      QuantizationRecipe(ratio: 0), QuantizationRecipe(ratio: 1.5), QuantizationRecipe(ratio: .nan),
      QuantizationRecipe(weightFormat: .int8, ratio: 0.5), QuantizationRecipe(groupSize: 0),
      QuantizationRecipe(groupSize: -2), QuantizationRecipe(groupSize: 33),
      QuantizationRecipe(weightFormat: .mxfp4, groupSize: 64),
      QuantizationRecipe(weightFormat: .fp16, groupSize: 64),
      QuantizationRecipe(weightFormat: .int8, awq: true),
    ]
    for recipe in bad {
      let error = #expect(throws: QuantizationError.self) { try recipe.check() }
      #expect(error?.code == .badRecipe)
    }
  }
}
