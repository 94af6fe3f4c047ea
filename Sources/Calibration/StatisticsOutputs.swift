import Graph
import Quantization
import Tensors

/// The outputs that a segment gets for a site: the sums over all tokens that calibration decides by, computed where
/// the inputs are, so that those never leave the device.
struct StatisticsOutputs {
  /// H is in blocks of at most so many columns, and has at most so many numbers where they are wide enough: 32 MB
  /// (measured on SmolLM2: blocks of 384 lose 0.005 nats more than whole matrices of 1536).
  private static let widestBlock = 2048
  private static let numberCount = 1 << 23
  private static let narrowestBlock = 384

  /// The blocks of H for so many columns, of about equal width.
  static func blocks(columns: Int) -> [Range<Int>] {
    let width = min(widestBlock, max(narrowestBlock, numberCount / max(columns, 1)))
    let count = max(1, (columns + width - 1) / width)
    // At multiples of what groups usually have, so that none lies in two blocks.
    let borders = (0..<count).map { columns * $0 / count / 128 * 128 } + [columns]
    return (0..<count).map { borders[$0]..<borders[$0 + 1] }
  }

  /// The sums of one run.
  struct Names {
    var magnitudes: String
    var squares: String
    var blocks: [String]
  }

  static func names(site: Int, columns: Int, isOfExperts: Bool) -> Names {
    Names(
      magnitudes: "magnitudes_\(site)", squares: "squares_\(site)",
      blocks: isOfExperts ? [] : blocks(columns: columns).indices.map { "products_\(site)_\($0)" })
  }

  /// Adds the outputs to `graph` for the value `input` [.., tokens, columns], or [experts, tokens, columns].
  static func add(to graph: Graph, input: Value, site: Int, columns: Int, isOfExperts: Bool) throws {
    let names = names(site: site, columns: columns, isOfExperts: isOfExperts)
    let flat = isOfExperts ? input : try graph.reshape(input, [-1, columns])
    let axis = isOfExperts ? 1 : 0
    let magnitude = try graph.binary(.maximum, flat, graph.scaled(flat, by: -1))
    graph.addOutput(
      names.magnitudes, try graph.reduce(.sum, magnitude, axis: axis, keepsDimensions: false))
    guard !isOfExperts else {
      let squares = try graph.multiply(input, input)
      graph.addOutput(names.squares, try graph.reduce(.sum, squares, axis: axis, keepsDimensions: false))
      return
    }
    let ranges = blocks(columns: columns)
    for (name, range) in zip(names.blocks, ranges) {
      let part =
        ranges.count == 1
        ? flat : try graph.slice(flat, from: range.lowerBound, to: range.upperBound, axis: 1)
      graph.addOutput(name, try graph.append(MatMul(transposeA: true), [part, part]))
    }
  }
}

extension GraphSegments {
  /// A segment with the sums of some sites among its outputs.
  package func piece(
    _ index: Int, measuring requests: [SegmentRunner.SiteRequest], of all: LinearSites
  ) throws -> Piece {
    try piece(index, needing: requests.map { all.sites[$0.index].input }) { graph, place in
      for request in requests {
        try StatisticsOutputs.add(
          to: graph, input: try place(all.sites[request.index].input), site: request.index,
          columns: request.columns, isOfExperts: request.expertCount != nil)
      }
    }
  }

  /// The sites whose products are computed first in a segment.
  package func sites(in index: Int, of all: LinearSites) -> [Int] {
    all.sites.indices.filter { site in
      segment(of: all.sites[site].products.map(\.node).min() ?? 0) == index
    }
  }

  /// The names of the values that segments after this one read.
  package func crossingNames(after index: Int) -> Set<String> {
    Set(crossingValues(after: index).map { GraphSegments.name(of: $0) })
  }
}
