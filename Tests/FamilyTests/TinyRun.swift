import Graph
import IRFormat
import OpenVINO

/// A graph compiled for a device, and one request.
final class TinyRun {
  static let core = Result { try Core() }
  /// Float32 throughout, so that only the order of additions differs from the reference.
  static let exact: Properties = [
    "INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0",
    "INFERENCE_NUM_THREADS": 1,
  ]

  let compiled: CompiledModel
  private let request: InferRequest
  /// What computes the inputs, where the graph is one of two parts.
  private var host: TinyRun?

  init(_ files: (xml: String, bin: [UInt8]), device: String = "CPU", properties: Properties = exact) throws {
    let core = try TinyRun.core.get()
    compiled = try core.compile(TinyRun.read(files), for: device, properties: properties)
    request = try compiled.makeRequest()
  }

  /// A graph of fixed shape in its two parts, as a bake writes it.
  convenience init(parts model: TinyModel, _ kind: GraphOptions.Kind) throws {
    func files(_ part: GraphOptions.Part) throws -> (xml: String, bin: [UInt8]) {
      try IRWriter.serialize(model.graph(GraphOptions(kind: kind, part: part, isForNPU: true)))
    }
    try self.init(files(.device))
    host = try TinyRun(files(.host))
  }

  static func read(_ files: (xml: String, bin: [UInt8])) throws -> Model {
    let core = try core.get()
    let weights = try Tensor(files.bin, shape: [files.bin.count], runtime: core.runtime)
    return try core.readModel(xmlText: files.xml, weights: weights)
  }

  func reset() throws { try request.resetStates() }

  /// The logits [batch, tokens, vocabulary] of a run. Rows are equally long.
  func logits(_ tokens: [[Int]], mask: [[Int]], positions: [[Int]]) throws -> [Float] {
    let runtime = compiled.runtime
    func tensor(_ rows: [[Int]]) throws -> Tensor {
      try Tensor(
        rows.flatMap { $0.map(Int64.init) }, shape: [rows.count, rows.first?.count ?? 0], runtime: runtime)
    }
    for (name, rows) in [("input_ids", tokens), ("attention_mask", mask), ("position_ids", positions)]
    where (host ?? self).compiled.inputIndex(name) != nil {
      try (host ?? self).request.setInput(name, tensor(rows))
    }
    if let host {
      try host.request.infer()
      for name in host.compiled.outputs.map(\.name) {
        try request.setInput(name, host.request.output(name))
      }
    }
    if compiled.inputIndex("beam_idx") != nil {
      try request.setInput(
        "beam_idx", Tensor((0..<tokens.count).map(Int32.init), shape: [tokens.count], runtime: runtime))
    }
    try request.infer()
    return try request.output("logits").elements(of: Float.self)
  }

  /// The logits of tokens that follow `past` others.
  func logits(_ tokens: [Int], after past: Int = 0) throws -> [Float] {
    try logits(
      [tokens], mask: [Array(repeating: 1, count: past + tokens.count)],
      positions: [Array(past..<past + tokens.count)])
  }

  func set(_ name: String, _ values: [Float], shape: [Int]) throws {
    try request.setInput(name, Tensor(values, shape: shape, runtime: compiled.runtime))
  }

  func output(_ name: String) throws -> (shape: [Int], values: [Float]) {
    let tensor = try request.output(name)
    return (try tensor.layout().shape, try tensor.elements(of: Float.self))
  }

  /// How often the plugin uses each kind of node.
  func nodeCounts() throws -> [String: Int] {
    try compiled.operations().reduce(into: [:]) { $0[$1.layerType, default: 0] += 1 }
  }
}
