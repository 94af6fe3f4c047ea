import Tensors

/// Converts slowly and readably; `DenseConversion` must give the same.
package enum ReferenceConversion {
  /// The bits of `value` in `type`, saturated, and whether it was beyond the range.
  package static func narrowed(_ value: Float, to type: PlainType) -> (bits: UInt32, overflow: Bool) {
    switch type {
    case .f32: return (value.bitPattern, false)
    case .f16:
      let bits = HalfFloat.bits(value)
      let overflow = value.isFinite && bits & 0x7FFF == 0x7C00
      return (UInt32(overflow ? bits - 1 : bits), overflow)
    case .bf16:
      if value.isNaN { return (value.bitPattern >> 16 | 0x40, false) }
      let bits = (value.bitPattern + 0x7FFF + (value.bitPattern >> 16 & 1)) >> 16
      let overflow = value.isFinite && bits & 0x7FFF == 0x7F80
      return (overflow ? bits - 1 : bits, overflow)
    }
  }

  /// The number that bits of `type` stand for.
  package static func widened(_ bits: UInt32, from type: PlainType) -> Float {
    switch type {
    case .f32: Float(bitPattern: bits)
    case .f16: HalfFloat.value(UInt16(truncatingIfNeeded: bits))
    case .bf16: Float(bitPattern: bits << 16)
    }
  }

  /// Converts as `DenseConversion.convert` does; sums run in 16 lanes over each row.
  package static func convert(_ floats: [Float], rows: Int, columns: Int, to type: PlainType)
    -> (bits: [UInt32], statistics: RowStatistics)
  {
    var statistics = RowStatistics()
    statistics.count = rows * columns
    var output: [UInt32] = []
    for row in 0..<rows {
      var errors = [Float](repeating: 0, count: ReferenceQuantizer.lanes)
      var squares = errors
      for (column, value) in floats[row * columns..<(row + 1) * columns].enumerated() {
        let (bits, overflow) = narrowed(value, to: type)
        output.append(bits)
        statistics.overflowCount += overflow ? 1 : 0
        guard value.isFinite else {
          statistics.nonFiniteCount += 1
          continue
        }
        let error = widened(bits, from: type) - value
        errors[column % errors.count] += error * error
        squares[column % errors.count] += value * value
        statistics.maximumMagnitude = max(statistics.maximumMagnitude, abs(value))
      }
      let rowError = errors.reduce(0.0) { $0 + Double($1) }
      statistics.squaredError += rowError
      statistics.squares += squares.reduce(0.0) { $0 + Double($1) }
      statistics.maximumRowError = max(statistics.maximumRowError, rowError / Double(columns))
    }
    return (output, statistics)
  }
}
