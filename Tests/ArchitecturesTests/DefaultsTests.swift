import Architectures
import Foundation
import Graph
import JSON
import Testing

/// What keys that stand beside each other, or are left out, mean: against transformers' configuration classes
/// (`Fixtures/configurations/make_rotary.py`).
@Suite struct DefaultsTests {
  static let cases: [JSON] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = folder.appending(path: "Fixtures/configurations/configurations.json")
    return (try? JSON(parsing: Array(Data(contentsOf: file))))?.array ?? []
  }()

  @Test func hasAllCases() {
    #expect(Self.cases.count == 28)
    #expect(TransformersDefaults.all.count > 60)
  }

  @Test(arguments: Self.cases.indices) func readsRotaryKeysAndWindows(index: Int) throws {
    let expected = Self.cases[index]
    let config = try ModelConfiguration(#require(expected["config"]))
    let usual: Double = config.modelType == "gemma3_text" ? 1_000_000 : 10_000
    let rotary = try config.rotary(theta: usual)
    #expect(rotary.theta == expected["theta"]?.double)
    switch (expected["type"]?.string, rotary.scaling) {
    case ("default", .none): break
    case ("linear", .linear(let factor)): #expect(factor == expected["factor"]?.double)
    case ("yarn", .yarn(let yarn)):
      #expect(yarn.factor == expected["factor"]?.double)
      #expect(yarn.originalLength == expected["original"]?.int)
    case ("longrope", .longRope(_, _, let originalLength, _)):
      #expect(originalLength == expected["original"]?.int)
    default: Issue.record("\(expected["type"]?.string ?? "") was read as \(rotary.scaling)")
    }
    let windows = try #require(expected["windows"]?.array)
    if let window = windows.lazy.compactMap(\.int).first {
      #expect(config.keys.value("sliding_window")?.int == window)
    }
    _ = try ArchitectureRegistry.make(for: #require(expected["config"]))
  }

  @Test func nothingOnPurposeStaysNothing() throws {
    let config: JSON = ["model_type": "mistral", "sliding_window": nil]
    #expect(TransformersDefaults.completed(config)["sliding_window"] == .null)
    #expect(TransformersDefaults.completed(["model_type": "mistral"])["sliding_window"] == 4096)
    // Another name of the same thing.
    #expect(TransformersDefaults.completed(["model_type": "gpt2", "hidden_size": 8])["n_embd"] == nil)
  }

  @Test(arguments: [
    #""partial_rotary_factor":1e300"#, #""max_position_embeddings":9223372036854775807"#,
    #""max_position_embeddings":100000000000000"#, #""partial_rotary_factor":-1"#,
    #""num_hidden_layers":9223372036854775807"#,
  ])
  func refusesNumbersThatNothingHas(key: String) throws {
    let text =
      #"{"model_type":"llama","hidden_size":64,"num_attention_heads":4,"intermediate_size":8,"# + key + "}"
    let json = try JSON(parsing: Array(text.utf8))
    #expect(throws: ArchitectureError.self) { try ArchitectureRegistry.make(for: json) }
  }
}
