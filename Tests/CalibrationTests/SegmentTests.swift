import Calibration
import Foundation
import Graph
import JSON
import OpenVINO
import Quantization
import Testing

/// A model that is run layer by layer sees what transformers' layers see.
@Suite struct SegmentTests {
  private static let expected: JSON? = {
    let url = TinyGraph.fixtures.appendingPathComponent("calibration/statistics.json")
    return (try? Data(contentsOf: url)).flatMap { try? JSON(parsing: [UInt8]($0)) }
  }()

  /// The statistics of every matrix, by its name.
  private func statistics(
    _ name: String, workers: Int, _ windows: [[[Int]]], weightLimit: Int = GraphSegments.weightLimit
  ) throws -> [String: InputStatistics] {
    let graph = try TinyGraph(name: name).graph()
    let segments = GraphSegments(graph, weightLimit: weightLimit)
    let all = LinearSites(graph)
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let runner = SegmentRunner(core: try Core(), folder: folder, workerCount: workers, isExact: true)
    var batches = windows.map { TextBatch($0) }
    var found: [String: InputStatistics] = [:]
    for index in 0..<segments.count {
      let requests = segments.sites(in: index, of: all).map { SegmentRunner.SiteRequest($0, all.sites[$0]) }
      let piece = try segments.piece(index, measuring: requests, of: all)
      let seen = try runner.run(
        piece, sites: requests, keeping: segments.crossingNames(after: index), batches: &batches,
        into: BatchFile(folder.appending(path: "state_\(index)")))
      for request in requests {
        for product in all.sites[request.index].products {
          found[product.weight.name] = seen.statistics[request.index]?.first
        }
      }
    }
    return found
  }

  @Test(arguments: ["llama", "qwen2", "gemma3", "gpt-neox", "phi"])
  func layersSeeWhatTransformersSees(_ name: String) throws {
    let tokens = try TinyGraph(name: name).reference().tokens
    let found = try statistics(name, workers: 2, [[tokens], [tokens]])
    let layers = try #require(Self.expected?[name]?.object)
    #expect(layers.count > 4)
    for (layer, numbers) in layers {
      // Fused checkpoints are split: the parts read what the whole reads.
      guard let seen = found[layer + ".weight"] ?? found.first(where: { $0.key.hasPrefix(layer) })?.value
      else { continue }
      let magnitudes = (numbers["magnitudes"]?.array ?? []).compactMap(\.double)
      let product = (numbers["product"]?.array ?? []).compactMap(\.double)
      #expect(magnitudes.count == seen.columns && product.count == seen.columns)
      let block = try #require(seen.blocks.first)
      let scale = product.reduce(0) { max($0, abs($1)) }
      for (index, expected) in product.enumerated() {
        let row = block.matrix[index * seen.columns..<(index + 1) * seen.columns]
        let value = row.enumerated().reduce(0.0) { $0 + Double($1.element) * cos(Double($1.offset)) }
        #expect(abs(value - expected) < 2e-4 * scale)
        #expect(abs(Double(seen.magnitudes[index]) - magnitudes[index]) < 1e-4)
      }
    }
  }

  /// A wide layer is run in parts: what its matrices see is the same.
  @Test(arguments: ["llama", "gemma3", "phi3", "mixtral", "gpt2"])
  func partsOfLayersSeeTheSame(_ name: String) throws {
    let graph = try TinyGraph(name: name).graph()
    let (whole, parts) = (GraphSegments(graph), GraphSegments(graph, weightLimit: 1))
    #expect(parts.layers.map(\.number) == whole.layers.map(\.number))
    #expect(parts.layers.allSatisfy { $0.segments.count >= 4 } && whole.count == whole.layers.count)
    let windows = [[try TinyGraph(name: name).reference().tokens]]
    let expected = try statistics(name, workers: 1, windows)
    let found = try statistics(name, workers: 1, windows, weightLimit: 1)
    #expect(found.keys.sorted() == expected.keys.sorted() && !found.isEmpty)
    for (name, seen) in expected {
      let scale = seen.squares.max() ?? 0
      for (one, other) in zip(seen.squares, found[name]?.squares ?? []) {
        #expect(abs(one - other) <= 1e-5 * scale)
      }
      #expect(found[name]?.blocks.map(\.columns) == seen.blocks.map(\.columns))
    }
  }

  @Test func threadsDoNotMatter() throws {
    let tokens = try TinyGraph(name: "llama").reference().tokens
    let windows = (0..<5).map { shift in [tokens.map { ($0 + shift) % 64 }, tokens] }
    let one = try statistics("llama", workers: 1, windows)
    let three = try statistics("llama", workers: 3, windows)
    #expect(one.count == three.count && !one.isEmpty)
    for (name, seen) in one {
      #expect(three[name]?.blocks.map(\.matrix) == seen.blocks.map(\.matrix))
      #expect(three[name]?.magnitudes == seen.magnitudes)
    }
  }
}
