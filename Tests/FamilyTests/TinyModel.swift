import Architectures
import Checkpoints
import Foundation
import Graph
import IRFormat
import JSON
import Tensors
import Testing

/// A tiny model of `Tests/Fixtures/tiny`, with what transformers computed with it.
struct TinyModel: CustomTestStringConvertible, Sendable {
  let name: String

  var testDescription: String { name }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/tiny")

  /// All models, by name.
  static let all: [TinyModel] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { !$0.contains(".") }.sorted().map(TinyModel.init)
  }()

  /// Models whose rotary angles depend on how long the text is when a token is read: read in one run or in several,
  /// they compute other numbers, in transformers too.
  static let dependingOnLength: Set = ["llama-dynamic", "phi3-long"]

  /// Models that have no form with paged attention.
  static let withoutPages: Set = [
    "gemma2", "llama4", "llama4-two", "mamba", "mamba-bias", "mamba2", "mamba2-groups", "falcon-mamba",
    "jamba",
  ]

  /// How many layers have attention: those whose queries the checkpoint has, in whichever spelling.
  func attentionCount() throws -> Int {
    try graph().nodes.filter { $0.operation is ScaledDotProductAttention }.count
  }

  func configuration() throws -> JSON {
    try JSON(
      parsing: Array(Data(contentsOf: TinyModel.folder.appendingPathComponent(name + "/config.json"))))
  }

  func architecture() throws -> any Architecture { try ArchitectureRegistry.make(for: configuration()) }

  func graph(_ options: GraphOptions = GraphOptions()) throws -> Graph {
    let checkpoint = try Checkpoint.open(path: TinyModel.folder.path + "/" + name)
    return try architecture().graph(weights: WeightScope(checkpoint.weights), options: options)
  }

  struct Reference {
    var tokens: [Int]
    /// [tokens, vocabulary]
    var logits: [Float]
    var vocabulary: Int
    var greedy: [Int]
  }

  /// Token ids are stored as 64-bit integers, which a checkpoint reader gives as floats; they are small enough.
  func reference() throws -> Reference {
    try TinyModel.reference(at: TinyModel.folder.path + "/\(name)/reference.safetensors")
  }

  /// What transformers computed, from a file of `input_ids`, `logits` and `greedy`.
  static func reference(at path: String) throws -> Reference {
    let source = try Checkpoint.open(path: path).weights
    let scratch = ScratchBuffer()
    func numbers(_ name: String) throws -> (Shape, [Float]) {
      guard let tensor = source.tensor(named: name) else {
        throw TensorError(.missing, "no \(name) in \(path)")
      }
      var values = [Float](repeating: 0, count: tensor.shape.elementCount)
      try values.withUnsafeMutableBufferPointer {
        try tensor.readRows(0..<tensor.shape.rows, into: $0, scratch: scratch)
      }
      return (tensor.shape, values)
    }
    let (shape, logits) = try numbers("logits")
    return Reference(
      tokens: try numbers("input_ids").1.map { Int($0) }, logits: logits, vocabulary: shape.columns,
      greedy: try numbers("greedy").1.map { Int($0) })
  }
}
