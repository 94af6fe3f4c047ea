import Checkpoints
import Tensors
import Testing

/// Files of `torch.save` against the tensors that went in (`make_torch.py`).
@Suite struct TorchTests {
  private func compare(_ weights: any WeightSource, _ golden: any WeightSource) throws {
    #expect(Set(weights.tensorNames) == Set(golden.tensorNames))
    for name in golden.tensorNames {
      let tensor = try #require(weights.tensor(named: name))
      let expected = try #require(golden.tensor(named: name))
      #expect(tensor.shape == expected.shape, "\(name)")
      #expect(try tensor.floats().map(\.bitPattern) == expected.floats().map(\.bitPattern), "\(name)")
      guard tensor.shape.rows > 1 else { continue }
      let rows = 1..<tensor.shape.rows
      #expect(try tensor.floats(rows: rows) == expected.floats(rows: rows), "\(name)")
    }
  }

  @Test(arguments: ["types", "module", "views", "training"]) func readsStateDictionaries(name: String) throws
  {
    let opened = try Checkpoint.open(path: Fixtures.path("torch/\(name).bin"))
    #expect(opened.formatName == "PyTorch")
    try compare(opened.weights, try Fixtures.golden("torch/\(name).safetensors"))
  }

  @Test(arguments: ["torch/shards", "torch/shards/pytorch_model.bin.index.json", "safetensors/shards"])
  func readsShards(path: String) throws {
    let opened = try Checkpoint.open(path: Fixtures.path(path))
    #expect(opened.files.count == 2)
    #expect(opened.config?["model_type"] == (path.hasPrefix("torch") ? "llama" : nil))
    try compare(opened.weights, try Fixtures.golden("torch/shards.safetensors"))
  }

  @Test func keepsRawNumbersOfViews() throws {
    let weights = try Checkpoint.open(path: Fixtures.path("torch/views.bin")).weights
    let tensor = try #require(weights.tensor(named: "cube"))
    var raw = [UInt16](repeating: 0, count: tensor.shape.elementCount)
    try raw.withUnsafeMutableBytes { try tensor.readRawRows(0..<tensor.shape.rows, into: $0) }
    #expect(raw.map { Float(bitPattern: UInt32($0) << 16) } == (try tensor.floats()))
  }

  @Test(arguments: [
    ("call", "'posix.system'"), ("module", "'torch.nn.modules.container.Sequential'"),
    ("legacy", "before 1.6"),
    ("compressed", "is compressed"),
  ])
  func refusesByName(file: String, reason: String) throws {
    let error = #expect(throws: CheckpointError.self) {
      try Checkpoint.open(path: Fixtures.path("torch/refused-\(file).bin"))
    }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }
}
