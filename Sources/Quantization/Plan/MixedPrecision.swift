import Tensors

/// Which layers get four bits where only a share of the weights may: NNCF's data-free criterion.
public enum MixedPrecision {
  /// The format whose error ranks the layers: INT8_ASYM for each row, with a scale that is not rounded.
  public static let format = CompressedFormat(
    elementType: .u8, groupSize: nil, zeroPoint: .integer, scaleType: .f32)

  /// NNCF's score of a layer, `1 / (error + ε)`, where the error is the largest mean squared error of a row in
  /// `format`. Low scores, layers with large rows, get four bits first.
  /// - Parameter statistics: What a quantiser of `format` said of all rows of the layer.
  public static func score(_ statistics: RowStatistics) -> Double {
    1 / (Double(Float(statistics.maximumRowError)) + Double(Float.ulpOfOne))
  }

  /// A scorer that takes the rows of a layer slab by slab.
  public struct Scorer {
    private let quantizer: Quantizer
    private var statistics = RowStatistics()
    private var bytes: [UInt8] = []

    /// A scorer for one layer.
    public init() throws(QuantizationError) { quantizer = try Quantizer(format: MixedPrecision.format) }

    /// Takes the next `rows` rows of `columns` floats.
    public mutating func add(_ floats: UnsafeBufferPointer<Float>, rows: Int, columns: Int) {
      let (values, rest) = (rows * columns, 4 * rows)
      bytes = bytes.count == values + rest + rows ? bytes : Array(repeating: 0, count: values + rest + rows)
      let quantizer = quantizer
      let added = bytes.withUnsafeMutableBytes { raw in
        quantizer.quantize(
          floats, rows: rows, columns: columns,
          into: CompressedRows(
            values: UnsafeMutableRawBufferPointer(rebasing: raw[rest..<rest + values]),
            scales: UnsafeMutableRawBufferPointer(rebasing: raw[..<rest]),
            zeroPoints: UnsafeMutableRawBufferPointer(rebasing: raw[(rest + values)...])))
      }
      statistics.merge(added)
    }

    /// The score of the rows so far.
    public var score: Double { MixedPrecision.score(statistics) }
  }

  /// The layers that get four bits: from the lowest score on, as long as their share of all weights stays strictly
  /// below `ratio`; all of them where `ratio` is 1.
  /// - Parameter layers: Score and number of weights of each layer that may get four bits.
  public static func choose(_ layers: [(score: Double, count: Int)], ratio: Double) -> Set<Int> {
    guard ratio < 1 else { return Set(layers.indices) }
    let total = Double(layers.reduce(0) { $0 + $1.count })
    var chosen: Set<Int> = []
    var count = 0
    // Equal scores in the order of the model, as a stable sort leaves them.
    for index in layers.indices.sorted(by: { (layers[$0].score, $0) < (layers[$1].score, $1) }) {
      guard Double(count + layers[index].count) / total < ratio else { break }
      count += layers[index].count
      chosen.insert(index)
    }
    return chosen
  }
}
