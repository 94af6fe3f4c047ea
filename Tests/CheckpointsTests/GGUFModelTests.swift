import Checkpoints
import JSON
import Tensors
import Testing

/// GGUF files of many families, made by llama.cpp's converter, against the checkpoints that they were made of
/// (`make_gguf_models.py`).
@Suite struct GGUFModelTests {
  static let models = [
    "llama", "llama-bias", "llama3", "llama-linear", "mixtral", "qwen2", "qwen2-moe", "qwen3", "qwen3-moe",
    "gemma",
    "gemma2", "gemma3", "phi", "phi3", "phi3-longrope", "olmo", "olmo2", "granite", "granitemoe",
    "starcoder2",
    "stablelm", "stablelm-norms", "gpt-neox", "gpt2", "cohere", "glm4", "smollm3", "exaone4", "ernie4_5",
    "hunyuan-dense",
  ]

  private func open(_ name: String) throws -> (gguf: OpenedCheckpoint, original: any WeightSource) {
    (
      try Checkpoint.open(path: Fixtures.path("gguf/models/\(name).gguf")),
      try Fixtures.golden("gguf/models/\(name).safetensors")
    )
  }

  @Test(arguments: models) func givesTheOriginalTensors(name: String) throws {
    let (gguf, original) = try open(name)
    // A tied head may be stored twice on either side; every other name must be there.
    let optional: Set = ["lm_head.weight"]
    #expect(
      Set(gguf.weights.tensorNames).subtracting(optional) == Set(original.tensorNames).subtracting(optional))
    for tensorName in original.tensorNames {
      guard let tensor = gguf.weights.tensor(named: tensorName) else { continue }
      let expected = try #require(original.tensor(named: tensorName))
      #expect(tensor.shape == expected.shape, "\(tensorName)")
      guard tensor.shape == expected.shape else { continue }
      // The converter adds 1 to Gemma's norms in float16.
      let error = zip(try tensor.floats(), try expected.floats()).map { abs($0 - $1) }.max() ?? 0
      #expect(error <= (name.hasPrefix("gemma") && tensor.shape.rank == 1 ? 1e-3 : 0), "\(tensorName)")
    }
  }

  /// Every key that the GGUF's configuration has and the original has too must agree.
  @Test(arguments: models) func givesTheOriginalConfiguration(name: String) throws {
    let (gguf, _) = try open(name)
    let config = try #require(gguf.config?.object)
    let original = try #require(
      try JSON(parsing: MappedFile.bytes(Fixtures.path("gguf/models/\(name).json"))).object)
    let spelledOtherwise: Set = ["rope_scaling", "torch_dtype"]
    for (key, value) in config where !spelledOtherwise.contains(key) {
      guard let expected = original[key], !expected.isNull, !value.isNull else { continue }
      #expect(value.isClose(to: expected), "\(key): \(value), not \(expected)")
    }
    if let scaling = original["rope_scaling"]?.object, !name.hasPrefix("gemma") {
      for (key, value) in scaling where key != "rope_theta" && key != "partial_rotary_factor" {
        let found = config["rope_scaling"]?[key] ?? config[key] ?? .null
        #expect(found.isClose(to: value), "\(key): \(found), not \(value)")
      }
    } else {
      #expect(config["rope_scaling"] == nil)
    }
    for key in ["model_type", "architectures", "vocab_size", "hidden_size"] where original[key] != nil {
      #expect(config[key] == original[key])
    }
  }

  @Test func refusesAnUnknownArchitectureByName() throws {
    let error = #expect(throws: CheckpointError.self) {
      try Checkpoint.open(path: Fixtures.path("gguf/blocks.gguf"))
    }
    #expect(error?.code == .unsupported && error?.message.contains("'blocks'") == true)
    #expect(error?.mend.contains("llama") == true && error?.mend.contains("qwen3moe") == true)
  }
}

extension JSON {
  /// Equal, with numbers rounded to float32 on the way.
  fileprivate func isClose(to other: JSON) -> Bool {
    if let left = double, let right = other.double { return abs(left - right) <= 1e-5 * abs(right) }
    if let left = array, let right = other.array {
      return left.count == right.count && zip(left, right).allSatisfy { $0.isClose(to: $1) }
    }
    return self == other
  }
}
