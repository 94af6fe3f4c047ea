import Baking
import Foundation
import OpenVINO
import Supervisor
import Tokenization

/// Compares bakes by what they predict on the built-in text, computed in float32 throughout: what is measured is the
/// weights.
struct QualityJudge {
  let core: Core

  /// Tokens that are seen together.
  private static let window = 256
  /// Two cores compute so many products of a token with a weight, twice, in half a minute. A large model reads less of
  /// the text, but not less than says something.
  private static let work = 300_000_000_000
  private static let leastTokens = 512

  /// A folder, ready to be asked for all its predictions.
  func engine(_ folder: URL) throws -> StatefulEngine {
    var request = ModelLoader.Request(model: try ModelFolder(path: folder.path))
    request.device = "CPU"
    request.properties = .float32
    request.allLogits = true
    let loaded = try ModelLoader(core: core, cache: nil).load(request)
    return try StatefulEngine(
      loaded, options: EngineOptions(for: loaded, contextLength: Self.window))
  }

  /// How many tokens of the text a model sees together.
  func window(of engine: StatefulEngine) -> Int {
    min(Self.window, engine.model.folder.contextLength ?? Self.window)
  }

  /// The built-in text by the folder's own tokenizer.
  func tokens(for model: ModelFolder, _ parameterCount: Int) throws -> [Int] {
    let tokens = try Tokenizer.load(folder: model.folder).encode(ReferenceText.text)
    if let size = model.vocabularySize, let largest = tokens.max(), largest >= size {
      throw BakeError(
        .badData, "the tokenizer gives the token \(largest), the model knows \(size)",
        why: "the tokenizer does not belong to these weights",
        mend: "put the model's own tokenizer.json into the source")
    }
    return Array(tokens.prefix(max(Self.leastTokens, Self.work / max(1, parameterCount))))
  }

  /// The bake of the same source that counts as right: its weights as they are, in 32 bits.
  static func reference(of options: BakeOptions, at place: URL) -> BakeOptions {
    options.plain(.fp32, at: place)
  }
}
