import Baking
import Foundation
import JSON
import Tensors
import Testing

/// Models with recurrent states do not run on an NPU, nor with fixed shapes, and a bake says so before it begins.
@Suite struct RecurrentTargetTests {
  private func options(_ family: String) -> BakeOptions {
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/tiny")
    let destination = FileManager.default.temporaryDirectory.appending(path: "oven-\(UUID().uuidString)")
    var options = BakeOptions(
      source: fixtures.appending(path: family), destination: destination, recipe: RecipeRequest())
    options.needsTokenizer = false
    return options
  }

  @Test(arguments: ["lfm2", "qwen3_5", "mamba2"]) func anNPUIsRefused(family: String) throws {
    var options = options(family)
    options.recipe.target = .npu
    let error = #expect(throws: BakeError.self) { try Bake(options).run() }
    #expect(error?.code == .usage)
    #expect(error?.message.contains("npu") == true && error?.why.contains("recurrent") == true)
  }

  /// NPUW computes all experts for every token where it does not know how they are chosen, or their format. Small ones
  /// compile, which a bake says.
  @Test(arguments: [
    ("glm4-moe", false), ("phimoe", false), ("mixtral", true), ("olmoe", true), ("llama", false),
  ])
  func expertsThatAnNPUDoesNotFindAreTold(family: String, inGroups: Bool) throws {
    var options = options(family)
    options.recipe.target = .npu
    if inGroups { options.recipe.groupSize = 64 }
    defer { try? FileManager.default.removeItem(at: options.destination) }
    let report = try Bake(options).run()
    let isTold = report.notes.contains { $0.contains("all experts for every token") }
    #expect(isTold == (family != "llama"))
  }

  /// Large ones are refused: OLMoE's, with which Intel's compiler had not ended after minutes, are 64 of 2048 · 1024.
  @Test func largeExpertsThatAnNPUDoesNotFindAreRefused() throws {
    let rows = WeightFormat.compressed(CompressedFormat(elementType: .i4, groupSize: nil))
    let groups = WeightFormat.compressed(CompressedFormat(elementType: .i4, groupSize: 128))
    #expect(ExpertsOnNPU(isChoiceKnown: true, formats: [rows]) == nil)
    #expect(ExpertsOnNPU(isChoiceKnown: true, formats: []) == nil)
    let faults = [
      ExpertsOnNPU(isChoiceKnown: false, formats: [rows]),
      ExpertsOnNPU(isChoiceKnown: true, formats: [rows, groups]),
      ExpertsOnNPU(isChoiceKnown: true, formats: [.dense(.f16)]),
    ]
    for fault in faults {
      let error = #expect(throws: BakeError.self) {
        try #require(fault).note(count: 64 * 2048 * 1024, modelType: "glm4_moe")
      }
      #expect(error?.code == .usage && error?.why.contains("all experts") == true)
      #expect(error?.mend.isEmpty == false)
    }
  }

  /// A bake that nothing is asked of gives experts whole rows, calibrated or not.
  @Test(arguments: ["mixtral", "olmoe", "gpt-oss"]) func expertsGetWholeRows(family: String) throws {
    var options = options(family)
    options.recipe.target = .npu
    defer { try? FileManager.default.removeItem(at: options.destination) }
    let report = try Bake(options).run()
    #expect(report.manifest["recipe"]?["group_size"] == "-1")
  }

  @Test(arguments: ["lfm2", "granite-hybrid-dense"]) func fixedShapesAreRefused(family: String) throws {
    var options = options(family)
    options.staticShapes = .init(promptLength: 16, contextLength: 32)
    let error = #expect(throws: (any Error).self) { try Bake(options).run() }
    #expect(error.map { "\($0)" }?.contains("BakeOptions.staticShapes") == true)
  }
}
