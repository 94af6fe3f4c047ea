import Baking
import Foundation
import Graph
import Quantization
import Tensors

/// Rounds the matrices of one layer by what their sites saw.
struct LayerCalibrator {
  let quantized: [String: CompressedFormat]
  let stages: CalibrationStages
  let sites: LinearSites
  let pairs: [ChannelPairs.Pair]

  /// The folds of a layer, by the statistics of its sites.
  func folds(_ statistics: [Int: [InputStatistics]], _ reader: WeightReader) throws -> [ChannelFold] {
    guard stages.awq else { return [] }
    var folds: [ChannelFold] = []
    for pair in pairs {
      guard let seen = statistics[pair.site]?.first, seen.isUsable else { continue }
      let site = sites.sites[pair.site]
      let matrices = site.products.compactMap { product in
        format(of: product.weight.name).map { (product.weight.weight, $0) }
      }
      // Where a matrix absorbs the factors, it must be in the same layer as what they are for.
      guard !matrices.isEmpty else { continue }
      let choice = ChannelScaleChoice(statistics: seen, pair: pair)
      guard let factors = try choice.factors(for: matrices, reader: reader) else { continue }
      folds += pair.folds(factors, site: site)
    }
    return folds
  }

  /// The four-bit format that a weight gets; nil for others.
  func format(of weight: String) -> CompressedFormat? {
    quantized[weight].flatMap { $0.elementType.bits == 4 ? $0 : nil }
  }

  /// Rounds all four-bit matrices of the given sites into `file`.
  func round(
    _ statistics: [Int: [InputStatistics]], folds: [ChannelFold], into file: inout LayerFile,
    isCancelled: () -> Bool
  ) throws {
    for (index, seen) in statistics.sorted(by: { $0.key < $1.key }) {
      let site = sites.sites[index]
      let factors = folds.first {
        $0.axis == .columns && $0.weight == site.products.first?.weight.name
      }?.factors
      let scaled = factors.map { factors in seen.map { $0.scaled(factors.map { 1 / $0 }) } } ?? seen
      let compensations = scaled.map { stages.gptq && $0.isUsable ? ErrorCompensation($0) : nil }
      let refinements = scaled.map { stages.refine ? Refinement($0) : nil }
      for product in site.products {
        guard !isCancelled() else { throw CalibrationError.cancelled }
        guard let format = format(of: product.weight.name) else { continue }
        var weight = product.weight.weight
        for fold in folds where fold.weight == product.weight.name { weight = fold.applied(to: weight) }
        guard scaled.allSatisfy(\.isUsable) else {
          file.notes.append(
            "\(product.weight.name): its inputs are all zero or no numbers, rounded to nearest")
          continue
        }
        try MatrixRounding(
          name: product.weight.name, weight: weight, format: format, stages: stages, statistics: scaled,
          channelFactors: factors, compensations: compensations, refinements: refinements
        ).run(into: &file)
      }
    }
  }
}

/// Rounds one matrix, or the matrices of a layer's experts one after another, slab by slab.
private struct MatrixRounding {
  let name: String
  let weight: Weight
  let format: CompressedFormat
  let stages: CalibrationStages
  let statistics: [InputStatistics]
  let channelFactors: [Float]?
  let compensations: [ErrorCompensation?]
  let refinements: [Refinement?]

  private static let slabElementCount = 1 << 22

  func run(into file: inout LayerFile) throws {
    let (rows, columns) = (weight.shape.rows, weight.shape.columns)
    let perExpert = rows / max(statistics.count, 1)
    let buffers = CodeBuffers(format, rows: rows, columns: columns)
    let reader = WeightReader()
    var losses = MatrixCalibration.Losses()
    var sums = RowStatistics()
    // Several matrices in one tensor begin at whole bytes.
    guard
      statistics.count == 1
        || (perExpert * columns % 2 == 0 && perExpert * format.groups(columns: columns) % 2 == 0)
    else {
      file.notes.append("\(name): rows of odd length, rounded to nearest")
      return
    }
    let step = max(Panel.rows, Self.slabElementCount / max(columns, 1) / Panel.rows * Panel.rows)
    var floats = [Float](repeating: 0, count: min(step, perExpert) * columns)
    for (expert, seen) in statistics.enumerated() {
      let calibration = try MatrixCalibration(
        format: format, stages: stages, statistics: seen, channelFactors: channelFactors,
        compensation: compensations[expert], refinement: refinements[expert], rows: perExpert)
      for start in stride(from: 0, to: perExpert, by: step) {
        let count = min(step, perExpert - start)
        let first = expert * perExpert + start
        let isFinite = try floats.withUnsafeMutableBufferPointer { buffer in
          let part = UnsafeMutableBufferPointer(rebasing: buffer[..<(count * columns)])
          try reader.read(first..<first + count, of: weight, into: part)
          guard part.allSatisfy(\.isFinite) else { return false }
          let result = calibration.run(
            UnsafeBufferPointer(part), rows: count, columns: columns, first: start,
            into: buffers.rows(first..<first + count))
          losses.merge(result.losses)
          sums.merge(result.statistics)
          return true
        }
        guard isFinite else {
          file.notes.append("\(name): contains NaN or infinity, rounded to nearest")
          return
        }
      }
    }
    try file.add(name, format, buffers, losses: losses, statistics: sums)
  }
}
