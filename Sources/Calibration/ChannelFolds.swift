import Foundation
import Graph
import JSON
import Quantization
import Tensors

/// One multiplication of a weight's rows or columns by factors, which others make good.
package struct ChannelFold {
  /// Which way the factors go.
  package enum Axis: String { case rows, columns }

  package var weight: String
  package var axis: Axis
  package var factors: [Float]

  /// The weight with its rows or columns multiplied.
  package func applied(to weight: Weight) -> Weight {
    axis == .rows ? weight.rowsScaled(factors) : weight.columnsScaled(factors)
  }

  var json: JSON {
    [
      "weight": .string(weight), "axis": .string(axis.rawValue),
      "factors": .array(factors.map { .int(Int($0.bitPattern)) }),
    ]
  }

  init(weight: String, axis: Axis, factors: [Float]) {
    self.weight = weight
    self.axis = axis
    self.factors = factors
  }

  init?(_ json: JSON) {
    guard let weight = json["weight"]?.string, let axis = json["axis"]?.string.flatMap(Axis.init),
      let factors = json["factors"]?.array
    else { return nil }
    self.weight = weight
    self.axis = axis
    self.factors = factors.compactMap { $0.int.flatMap { UInt32(exactly: $0) }.map(Float.init(bitPattern:)) }
    guard self.factors.count == factors.count else { return nil }
  }
}

extension ChannelPairs.Pair {
  /// The folds that multiply the columns of the site's matrices by `factors`, one for each channel of the source,
  /// and divide the source by them.
  package func folds(_ factors: [Float], site: LinearSites.Site) -> [ChannelFold] {
    let inverse = factors.map { 1 / $0 }
    var folds = source.vectors.map { ChannelFold(weight: $0.name, axis: .columns, factors: inverse) }
    if let (weight, rows) = source.matrix {
      var whole = [Float](repeating: 1, count: weight.weight.shape.rows)
      whole.replaceSubrange(rows, with: inverse)
      folds.append(ChannelFold(weight: weight.name, axis: .rows, factors: whole))
    }
    let columns = columnFactors(factors)
    return folds + site.products.map { ChannelFold(weight: $0.weight.name, axis: .columns, factors: columns) }
  }

  /// The factor of each column of the site's matrices.
  func columnFactors(_ factors: [Float]) -> [Float] { factorOfColumn.map { factors[$0] } }

  /// The mean magnitude of each channel of the source.
  func magnitudes(_ columns: [Float]) -> [Float] {
    var sums = [Double](repeating: 0, count: source.count)
    var counts = [Double](repeating: 0, count: source.count)
    for (column, channel) in factorOfColumn.enumerated() {
      sums[channel] += Double(columns[column])
      counts[channel] += 1
    }
    return zip(sums, counts).map { Float($0 / max($1, 1)) }
  }
}

/// Chooses the factors of a pair by the loss on a sample of the rows.
struct ChannelScaleChoice {
  /// Panels of a matrix that are tried.
  static let panelsPerMatrix = 12

  let statistics: InputStatistics
  let pair: ChannelPairs.Pair

  /// The factors that lose least; nil where that is none.
  func factors(for matrices: [(weight: Weight, format: CompressedFormat)], reader: WeightReader) throws
    -> [Float]?
  {
    let magnitudes = pair.magnitudes(statistics.magnitudes)
    let candidates = ChannelScales.exponents.compactMap {
      ChannelScales.factors(magnitudes, exponent: $0)
    }
    guard candidates.count == ChannelScales.exponents.count else { return nil }
    let columnFactors = candidates.map { pair.columnFactors($0) }
    var losses = [Double](repeating: 0, count: candidates.count)
    for (weight, format) in matrices {
      let search = try ScaleSearch(format: format)
      let panels = try sample(weight, reader)
      // Losses by panel and candidate, summed in their order whoever computed them.
      let parts = ParallelMap.run(panels.count * candidates.count) { index in
        ChannelScales.loss(
          of: panels[index / candidates.count], factors: columnFactors[index % candidates.count],
          statistics: statistics, search: search)
      }
      for (index, part) in parts.enumerated() { losses[index % candidates.count] += part }
    }
    guard let best = losses.indices.min(by: { losses[$0] < losses[$1] }), best > 0, losses[best].isFinite
    else { return nil }
    return candidates[best]
  }

  private func sample(_ weight: Weight, _ reader: WeightReader) throws -> [Panel] {
    let (rows, columns) = (weight.shape.rows, weight.shape.columns)
    let count = max(1, rows / Panel.rows)
    let chosen = min(count, Self.panelsPerMatrix)
    var floats = [Float](repeating: 0, count: Panel.rows * columns)
    return try (0..<chosen).map { index in
      let first = count * index / chosen * Panel.rows
      let taken = first..<min(first + Panel.rows, rows)
      return try floats.withUnsafeMutableBufferPointer { buffer in
        let part = UnsafeMutableBufferPointer(rebasing: buffer[..<(taken.count * columns)])
        try reader.read(taken, of: weight, into: part)
        return Panel(rowsOf: UnsafeBufferPointer(part), columns: columns)
      }
    }
  }
}
