import Graph
import Quantization
import Tensors

/// The outputs that a segment gets for a site: the sums over all tokens that calibration decides by, computed where
/// the inputs are, so that those never leave the device.
struct StatisticsOutputs {
  /// Wider inputs have H in blocks of at most so many columns.
  static let blockWidth = 2048

  /// The blocks of H for so many columns, of about equal width.
  static func blocks(columns: Int) -> [Range<Int>] {
    let count = max(1, (columns + blockWidth - 1) / blockWidth)
    return (0..<count).map { columns * $0 / count..<columns * ($0 + 1) / count }
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
