import Architectures
import Checkpoints
import Foundation
import Graph
import IRFormat
import Tensors
import Testing

/// GGUF files that llama.cpp's converter wrote of tiny models (`make_gguf_families.py`) compute what transformers
/// computed from the checkpoints they were made of.
@Suite struct GGUFFamilyTests {
  static let folder = TinyModel.folder.deletingLastPathComponent().appendingPathComponent("gguf_families")

  static let models: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".gguf") }.map { String($0.dropLast(5)) }.sorted()
  }()

  @Test func thereAreModels() { #expect(Self.models.count >= 40) }

  @Test(arguments: models) func computesWhatTheOriginalComputes(_ name: String) throws {
    let checkpoint = try Checkpoint.open(path: Self.folder.path + "/\(name).gguf")
    let config = try #require(checkpoint.config)
    let reading = try ModelReading(config: config, weights: checkpoint.weights)
    #expect(reading.unused.isEmpty)
    let graph = try reading.architecture.build(
      weights: WeightScope(reading.weights), options: GraphOptions())
    let reference = try TinyModel.reference(at: Self.folder.path + "/\(name).safetensors")
    let run = try TinyRun(IRWriter.serialize(graph))
    var logits = try run.logits(reference.tokens)
    let largest = reference.logits.map(abs).max() ?? 0
    let difference =
      zip(logits, reference.logits).map { $0.isFinite ? abs($0 - $1) : .infinity }.max() ?? .infinity
    #expect(logits.count == reference.logits.count && largest > 0)
    #expect(difference < 1e-4 * largest)
    var tokens: [Int] = []
    while tokens.count < reference.greedy.count {
      let last = logits.suffix(reference.vocabulary)
      let best = try #require(last.indices.max { last[$0] < last[$1] })
      tokens.append(best - last.startIndex)
      logits = try run.logits([tokens[tokens.count - 1]], after: reference.tokens.count + tokens.count - 1)
    }
    #expect(tokens == reference.greedy)
  }
}
