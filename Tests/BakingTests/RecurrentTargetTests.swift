import Baking
import Foundation
import JSON
import Quantization
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

  /// NPUW computes all experts for every token where it does not know how they are chosen, or their format.
  @Test(
    arguments: [
      ("glm4-moe", nil, "how its experts are chosen"), ("phimoe", nil, "how its experts are chosen"),
      ("mixtral", .int4, "whole rows"), ("olmoe", .fp16, "whole rows"),
    ] as [(String, QuantizationRecipe.WeightType?, String)])
  func expertsThatAnNPUDoesNotFindAreRefused(
    family: String, format: QuantizationRecipe.WeightType?, why: String
  ) throws {
    var options = options(family)
    options.recipe.target = .npu
    options.recipe.weightFormat = format
    if format == .int4 { options.recipe.groupSize = 64 }
    let error = #expect(throws: BakeError.self) { try Bake(options).run() }
    #expect(error?.code == .usage && error?.why.contains(why) == true)
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
