import Baking
import Checkpoints
import Foundation
import OpenVINO
import Quantization
import Supervisor
import Tensors

/// The tiny models of `Tests/Fixtures/tiny`, baked in float32, as a rule, with fixed-shape graphs.
enum TinyBake {
  private static let core = Result { try Core() }
  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/tiny")

  /// Bakes; without lengths only the stateful graph.
  static func bake(
    _ family: String, prompt: Int?, context: Int = 64, steps: [Int] = [],
    format: QuantizationRecipe.WeightType = .fp32, in folder: TemporaryFolder
  ) throws -> ModelFolder {
    let destination = folder.url.appending(path: "\(family)-\(prompt ?? 0)-\(context)-\(format)")
    var recipe = RecipeRequest()
    recipe.weightFormat = format
    var options = BakeOptions(
      source: fixtures.appending(path: family), destination: destination, recipe: recipe)
    options.needsTokenizer = false
    options.staticShapes = prompt.map { .init(promptLength: $0, contextLength: context, contextSteps: steps) }
    _ = try Bake(options).run()
    return try ModelFolder(path: destination.path)
  }

  /// Asks for the fixed-shape graphs, on the CPU, in float32 throughout.
  static func request(_ model: ModelFolder) -> ModelLoader.Request {
    var request = ModelLoader.Request(model: model)
    request.device = "CPU"
    request.properties = .float32
    request.usesFixedShapes = true
    return request
  }

  static func loader(
    _ cache: CompiledModelCache? = nil, _ report: @escaping @Sendable (LoadEvent) -> Void = { _ in }
  ) throws -> ModelLoader {
    ModelLoader(core: try core.get(), cache: cache, report: report)
  }

  /// What transformers computed (Fixtures/tiny/tiny_models.py).
  struct Reference {
    var tokens: [Int]
    /// [tokens, vocabulary].
    var logits: [Float]
    /// The 12 tokens that follow.
    var greedy: [Int]
  }

  static func reference(_ family: String) throws -> Reference {
    let weights = try Checkpoint.open(
      path: fixtures.appending(path: "\(family)/reference.safetensors").path
    ).weights
    func numbers(_ name: String) throws -> [Float] {
      guard let tensor = weights.tensor(named: name) else { throw CocoaError(.fileReadCorruptFile) }
      var values = [Float](repeating: 0, count: tensor.shape.elementCount)
      try values.withUnsafeMutableBufferPointer {
        try WeightReader().read(0..<tensor.shape.rows, of: Weight(tensor), into: $0)
      }
      return values
    }
    return Reference(
      tokens: try numbers("input_ids").map { Int($0) }, logits: try numbers("logits"),
      greedy: try numbers("greedy").map { Int($0) })
  }
}
