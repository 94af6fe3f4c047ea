import Foundation
import Graph
import OpenVINO
import Quantization

/// Runs one segment of a model over all batches of the text, and adds up what its sites saw.
///
/// Each batch is computed by one thread, several batches side by side, and sums are taken in the order of the batches:
/// the result is the same whatever the machine has.
package struct SegmentRunner {
  private let core: Core
  private let device: String
  private let folder: URL
  private let workerCount: Int
  private let isExact: Bool
  private let isCancelled: @Sendable () -> Bool

  /// A runner on a device with so many threads; `folder` is for the segment's files.
  ///
  /// - Parameter isExact: Whether products are computed in 32 bits where the processor has units for bf16, too. Those
  ///   are four times as fast and take half of the memory; their sums are of 32 bits either way.
  package init(
    core: Core, device: String = "CPU", folder: URL, workerCount: Int, isExact: Bool = false,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.core = core
    self.device = device
    self.folder = folder
    self.workerCount = workerCount
    self.isExact = isExact
    self.isCancelled = isCancelled
  }

  /// A site of the segment.
  package struct SiteRequest {
    package var index: Int
    package var columns: Int
    package var expertCount: Int?

    /// The site number `index`.
    package init(_ index: Int, _ site: LinearSites.Site) {
      self.index = index
      columns = site.columns
      expertCount = site.isOfExperts ? site.products.map { $0.weight.weight.shape[0] }.max() : nil
    }
  }

  /// What a run gives: for each site one set of statistics, or one for each expert.
  package struct Result {
    package var statistics: [Int: [InputStatistics]]
  }

  /// Runs `piece` over `batches`, whose values are replaced by what crosses to later segments, written to `file`.
  package func run(
    _ piece: GraphSegments.Piece, sites: [SiteRequest], keeping kept: Set<String>, batches: inout [TextBatch],
    into file: BatchFile
  ) throws -> Result {
    let compiled = try compile(piece.graph)
    let requests = try (0..<min(workerCount, batches.count)).map { _ in try compiled.makeRequest() }
    var sums = sites.map { SiteSums($0) }
    for start in stride(from: 0, to: batches.count, by: max(1, requests.count)) {
      if isCancelled() { throw CalibrationError.cancelled }
      let wave = start..<min(start + requests.count, batches.count)
      for (request, batch) in zip(requests, wave) {
        for (index, port) in compiled.inputs.enumerated() {
          guard let name = port.names.first else { continue }
          try request.setInput(index, try batches[batch].tensor(name, core.runtime))
        }
        try request.start()
      }
      for (request, batch) in zip(requests, wave) {
        _ = try request.wait()
        for index in sums.indices { try sums[index].add(request) }
        batches[batch].values = try batches[batch].values.filter { kept.contains($0.key) }
          .mapValues { try file.append($0) }
        for output in piece.outputs {
          batches[batch].values[output.name] = try file.append(request.output(output.name))
        }
      }
    }
    let tokens = batches.reduce(0) { $0 + $1.tokenCount }
    var result = Result(statistics: [:])
    for sum in sums { result.statistics[sum.site.index] = sum.statistics(tokens: tokens) }
    return result
  }

  private func compile(_ graph: Graph) throws -> CompiledModel {
    var properties: Properties = [
      "NUM_STREAMS": .integer(workerCount), "INFERENCE_NUM_THREADS": .integer(workerCount),
      "ENABLE_CPU_PINNING": false, "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0, "ENABLE_HYPER_THREADING": true,
    ]
    // A CPU takes bf16 by itself where that is fast. Other devices would take f16, whose range some models leave.
    if isExact || device != "CPU" { properties[.inferencePrecision] = "f32" }
    return try core.compile(
      core.readModel(SegmentFile(graph, in: folder).xml.path), for: device, properties: properties)
  }
}

/// The sums of one site over the batches so far.
private struct SiteSums {
  let site: SegmentRunner.SiteRequest
  private let names: StatisticsOutputs.Names
  private var magnitudes: [Float] = []
  private var squares: [Float] = []
  private var blocks: [[Float]]

  init(_ site: SegmentRunner.SiteRequest) {
    self.site = site
    names = StatisticsOutputs.names(
      site: site.index, columns: site.columns, isOfExperts: site.expertCount != nil)
    blocks = names.blocks.map { _ in [] }
  }

  mutating func add(_ request: InferRequest) throws {
    try Self.add(request, names.magnitudes, to: &magnitudes)
    if site.expertCount != nil { try Self.add(request, names.squares, to: &squares) }
    for index in blocks.indices { try Self.add(request, names.blocks[index], to: &blocks[index]) }
  }

  private static func add(_ request: InferRequest, _ name: String, to sums: inout [Float]) throws {
    try request.output(name).withElements(of: Float.self) { elements in
      guard sums.count == elements.count else {
        sums = Array(elements)
        return
      }
      sums.withUnsafeMutableBufferPointer { sums in
        for index in sums.indices { sums[index] += elements[index] }
      }
    }
  }

  func statistics(tokens: Int) -> [InputStatistics] {
    let share = 1 / Float(max(tokens, 1))
    let columns = site.columns
    guard let count = site.expertCount else {
      let ranges = StatisticsOutputs.blocks(columns: columns)
      return [
        InputStatistics(
          blocks: zip(ranges, blocks).map { .init(columns: $0, matrix: $1.map { $0 * share }) },
          magnitudes: magnitudes.map { $0 * share })
      ]
    }
    // Experts that read the same value have one row of sums for all of them, or one each.
    let rows = max(1, squares.count / max(columns, 1))
    return (0..<count).map { expert in
      let range = min(expert, rows - 1) * columns..<(min(expert, rows - 1) + 1) * columns
      return InputStatistics(
        squares: squares[range].map { $0 * share }, magnitudes: magnitudes[range].map { $0 * share })
    }
  }
}
