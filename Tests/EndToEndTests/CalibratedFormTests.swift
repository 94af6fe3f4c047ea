import Baking
import Calibration
import Foundation
import OpenVINO
import Quantization
import Supervisor
import Testing

/// Every form of four-bit weights, calibrated: the fixed-shape graphs take it as the stateful one does.
@Suite struct CalibratedFormTests {
  struct Form: Sendable, CustomTestStringConvertible {
    var format = QuantizationRecipe.WeightType.int4
    var isSymmetric: Bool? = nil
    var groupSize: Int? = nil
    var allLayers = false
    var testDescription: String {
      "\(format.rawValue), sym \(isSymmetric ?? true), groups of \(groupSize ?? 0), all layers \(allLayers)"
    }
  }

  static let forms = [
    Form(groupSize: 16), Form(groupSize: 32), Form(groupSize: -1), Form(isSymmetric: false, groupSize: 16),
    Form(isSymmetric: false, groupSize: -1), Form(format: .nf4, groupSize: 16), Form(format: .mxfp4),
    Form(groupSize: -1, allLayers: true),
  ]

  private func bake(_ form: Form, in folder: TemporaryFolder) throws -> ModelFolder {
    var recipe = RecipeRequest()
    recipe.weightFormat = form.format
    recipe.isSymmetric = form.isSymmetric
    recipe.groupSize = form.groupSize
    recipe.allLayers = form.allLayers
    let destination = folder.url.appending(path: "baked")
    var options = BakeOptions(
      source: TinyBake.fixtures.appending(path: "llama"), destination: destination, recipe: recipe)
    options.needsTokenizer = false
    options.staticShapes = .init(promptLength: 32, contextLength: 64)
    var calibration = Calibrator.Options(text: .selfWritten)
    (calibration.windowCount, calibration.windowLength) = (4, 16)
    options.calibrator = Calibrator(core: try Core(), options: calibration)
    let layers = try #require(try Bake(options).run().calibration?["layers"]?.array)
    #expect(layers.count == 2)
    return try ModelFolder(path: destination.path)
  }

  @Test(arguments: forms) func fixedShapesComputeTheSame(_ form: Form) throws {
    let folder = try TemporaryFolder()
    let model = try bake(form, in: folder)
    let tokens = try TinyBake.reference("llama").tokens
    func logits(isFixed: Bool) throws -> [Float] {
      var request = TinyBake.request(model)
      request.usesFixedShapes = isFixed
      let engine = try TinyBake.loader().makeEngine(request)
      try engine.append(tokens[...], shouldContinue: { true })
      return try engine.withLogits { Array($0) }
    }
    #expect(relativeError(try logits(isFixed: true), try logits(isFixed: false)) < 1e-4)
  }
}
