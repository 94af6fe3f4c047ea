import Baking
import Foundation
import JSON
import Quantization

/// A folder that is removed when the test ends.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(
      path: "oven-baking-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The names in the folder, hidden ones too.
  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: url.path).sorted()) ?? [] }

  subscript(name: String) -> URL { url.appending(path: name) }
}

/// The tiny models that transformers made.
enum Fixture {
  static func url(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/tiny/\(name)", directoryHint: .isDirectory)
  }

  /// A copy of a fixture that a test may damage.
  static func copy(_ name: String, to folder: TemporaryFolder) throws -> URL {
    let copy = folder["source"]
    try FileManager.default.copyItem(at: url(name), to: copy)
    try FileManager.default.removeItem(at: copy.appending(path: "reference.safetensors"))
    return copy
  }
}

/// A tiny bake without a tokenizer.
func tinyBake(
  _ source: URL, _ destination: URL, format: QuantizationRecipe.WeightFormat? = .int4
) -> BakeOptions {
  var recipe = RecipeRequest()
  recipe.weightFormat = format
  var options = BakeOptions(source: source, destination: destination, recipe: recipe)
  options.needsTokenizer = false
  return options
}

/// The error that a bake ends with.
func failure(of options: BakeOptions) -> (any Error)? {
  do {
    _ = try Bake(options).run()
    return nil
  } catch { return error }
}
