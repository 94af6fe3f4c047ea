import Architectures
import Checkpoints
import Foundation
import Graph
import IRFormat
import JSON
import OpenVINO
import Tensors
import Testing

/// A tiny model of `Tests/Fixtures/tiny`.
struct TinyGraph: Sendable, CustomTestStringConvertible {
  let name: String
  var testDescription: String { name }

  static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  static let all: [TinyGraph] = {
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: fixtures.appendingPathComponent("tiny").path))
      ?? []
    return names.filter { !$0.contains(".") }.sorted().map(TinyGraph.init)
  }()

  var folder: URL { TinyGraph.fixtures.appendingPathComponent("tiny/" + name) }

  func graph() throws -> Graph {
    let bytes = try Data(contentsOf: folder.appendingPathComponent("config.json"))
    let checkpoint = try Checkpoint.open(path: folder.path)
    return try ArchitectureRegistry.make(for: JSON(parsing: Array(bytes)))
      .build(weights: WeightScope(checkpoint.weights), options: GraphOptions())
  }

  /// Tokens, and the logits that transformers computes of them.
  func reference() throws -> (tokens: [Int], logits: [Float]) {
    let source = try Checkpoint.open(path: folder.path + "/reference.safetensors").weights
    func numbers(_ name: String) throws -> [Float] {
      let tensor = try #require(source.tensor(named: name))
      var values = [Float](repeating: 0, count: tensor.shape.elementCount)
      try values.withUnsafeMutableBufferPointer {
        try tensor.readRows(0..<tensor.shape.rows, into: $0, scratch: ScratchBuffer())
      }
      return values
    }
    return (try numbers("input_ids").map { Int($0) }, try numbers("logits"))
  }
}

extension Graph {
  /// A copy with other numbers for some weights.
  func replacing(_ weights: [String: Weight]) throws -> Graph {
    let copy = Graph()
    var places: [Int: [Value]] = [:]
    for (index, node) in nodes.enumerated() {
      let inputs = node.inputs.compactMap { places[$0.node]?[$0.port] }
      if var operation = node.operation as? WeightOperation {
        operation.weight = weights[operation.name] ?? operation.weight
        places[index] = try copy.appendAll(operation, inputs, name: node.name)
      } else {
        places[index] = try copy.appendAll(node.operation, inputs, name: node.name)
      }
    }
    for output in outputs {
      if let place = places[output.value.node]?[output.value.port] { copy.addOutput(output.name, place) }
    }
    return copy
  }

  /// The logits of some tokens on the CPU, in float32.
  func logits(_ tokens: [Int], _ core: Core) throws -> [Float] {
    let (xml, bin) = try IRWriter.serialize(self)
    let model = try core.readModel(
      xmlText: xml, weights: Tensor(bin, shape: [bin.count], runtime: core.runtime))
    let compiled = try core.compile(
      model, for: "CPU", properties: ["INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32"])
    let request = try compiled.makeRequest()
    let shape = [1, tokens.count]
    func set(_ name: String, _ values: [Int64]) throws {
      guard compiled.inputIndex(name) != nil else { return }
      try request.setInput(name, Tensor(values, shape: shape, runtime: core.runtime))
    }
    try set("input_ids", tokens.map(Int64.init))
    try set("attention_mask", tokens.map { _ in 1 })
    try set("position_ids", tokens.indices.map(Int64.init))
    if compiled.inputIndex("beam_idx") != nil {
      try request.setInput("beam_idx", Tensor([Int32(0)], shape: [1], runtime: core.runtime))
    }
    try request.infer()
    return try request.output("logits").elements(of: Float.self)
  }
}
