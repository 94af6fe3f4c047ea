import Foundation

/// Linear biases by distance (ALiBi, arXiv 2108.12409).
enum LinearBiases {
  /// The slope of each head: a geometric series down to 2^−maximum. Where the heads are not a power of two, the series
  /// is that of the next one, first every second member and then those between.
  static func slopes(heads: Int, maximum: Double = 8) -> [Float] {
    var count = 1
    while count < heads { count *= 2 }
    let series = (1...count).map { pow(2, -maximum * Double($0) / Double(count)) }
    guard count != heads else { return series.map { Float($0) } }
    let second = stride(from: 1, to: count, by: 2).map { series[$0] }
    let between = stride(from: 0, to: count, by: 2).map { series[$0] }
    return (second + between).prefix(heads).map { Float($0) }
  }
}
