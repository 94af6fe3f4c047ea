import Foundation
import JSON
import OpenVINO
import Supervisor

/// A folder that goes away with the test.
final class TemporaryFolder {
  let path = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    .appendingPathComponent("oven-\(UUID().uuidString)").path

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
  }
}

/// The toy decoder and what OpenVINO computes for it (Fixtures/openvino/toy_decoder.py).
enum Toy {
  struct Case {
    var prompt: [Int]
    var logits: [[Float]]
    var greedy: [Int]
  }

  static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/openvino").path

  /// The core that all tests share.
  static let core = Result { try Core() }

  static func folder() throws -> ModelFolder { try ModelFolder(path: fixtures + "/toy") }

  static func cases() throws -> [Case] {
    let json = try JSON(parsing: Data(contentsOf: URL(fileURLWithPath: fixtures + "/toy.json")))
    return (json["cases"]?.array ?? []).map { item in
      Case(
        prompt: (item["prompt"]?.array ?? []).compactMap(\.int),
        logits: (item["logits"]?.array ?? []).map {
          ($0.array ?? []).compactMap { $0.double.map(Float.init) }
        },
        greedy: (item["greedy"]?.array ?? []).compactMap(\.int))
    }
  }

  /// Float32 throughout, so that results can be compared.
  static let exact: Properties = [
    "INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,
  ]

  static func load(
    cache: CompiledModelCache? = nil, allLogits: Bool = false, properties: Properties = exact,
    report: @escaping @Sendable (LoadEvent) -> Void = { _ in }
  ) throws -> LoadedModel {
    var request = try ModelLoader.Request(model: folder())
    request.device = "CPU"
    request.properties = properties
    request.allLogits = allLogits
    return try ModelLoader(core: core.get(), cache: cache, report: report).load(request)
  }

  /// The toy on the CPU, compiled once for all tests.
  static let onCPU = Result { try load() }

  /// The toy on the path of an NPU, with the CPU in its place, for prompts of 64 tokens.
  static let onNPU = Result {
    var request = try ModelLoader.Request(model: folder())
    request.device = "NPU"
    request.npu = NPUProperties(promptLength: 64, responseLength: 64)
    request.properties = ["NPUW_DEVICES": "CPU"]
    return try ModelLoader(core: core.get(), cache: nil).load(request)
  }

  static func engine(chunk: Int = 1024, context: Int = 256) throws -> StatefulEngine {
    try StatefulEngine(
      onCPU.get(), options: EngineOptions(contextLength: context, cache: .editable(pieceLength: chunk)))
  }
}

extension StatefulEngine {
  /// The most likely next token.
  func best() throws -> Int {
    try withLogits { logits in logits.indices.max { logits[$0] < logits[$1] } ?? 0 }
  }

  /// The next tokens, each the most likely one.
  func greedy(_ number: Int) throws -> [Int] {
    var tokens: [Int] = []
    while tokens.count < number {
      tokens.append(try best())
      try append(tokens.suffix(1))
    }
    return tokens
  }
}

/// Relative distance of two vectors.
func distance(_ left: [Float], _ right: [Float]) -> Float {
  guard left.count == right.count else { return .infinity }
  let difference = zip(left, right).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
  let size = right.map { $0 * $0 }.reduce(0, +)
  return (difference / size).squareRoot()
}
