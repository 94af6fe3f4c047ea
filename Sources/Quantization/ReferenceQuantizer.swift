import Tensors

/// Quantises slowly and readably. `Quantizer` must give the same bytes and the same statistics.
package enum ReferenceQuantizer {
  /// Sums run in 16 lanes: over each group in float32, over the groups of a row in float64, and at its end the lanes
  /// are added up. That is the order in which a vector unit adds, spelled out.
  package static let lanes = 16

  /// Quantises as `Quantizer.quantize` does.
  package static func quantize(
    _ floats: UnsafeBufferPointer<Float>, rows: Int, columns: Int, format: CompressedFormat,
    scheme: any Scheme, into output: CompressedRows
  ) -> RowStatistics {
    var statistics = RowStatistics()
    statistics.count = rows * columns
    let groupSize = format.groupSize ?? columns
    let groups = format.groups(columns: columns)
    output.values.initializeMemory(as: UInt8.self, repeating: 0)
    output.zeroPoints.initializeMemory(as: UInt8.self, repeating: 0)
    for row in 0..<rows {
      var rowErrors = [Double](repeating: 0, count: lanes)
      var rowSquares = rowErrors
      for group in 0..<groups {
        let start = row * columns + group * groupSize
        let weights = floats[start..<start + groupSize].map { $0.isFinite ? $0 : 0 }
        let index = row * groups + group
        let parameters = scheme.parameters(
          minimum: weights.min() ?? 0, maximum: weights.max() ?? 0)
        let stored = storeScale(parameters.scale, at: index, format, output, &statistics)
        if format.zeroPoint == .integer {
          put(UInt8(parameters.zeroPoint), at: index, format.elementType.bits, output.zeroPoints)
        }
        var errors = [Float](repeating: 0, count: lanes)
        var squares = [Float](repeating: 0, count: lanes)
        for (offset, weight) in weights.enumerated() {
          let code = scheme.code(of: weight, parameters)
          put(code, at: start + offset, format.elementType.bits, output.values)
          let difference = scheme.value(of: code, parameters) * stored - weight
          errors[offset % lanes] += difference * difference
          squares[offset % lanes] += weight * weight
          statistics.maximumMagnitude = max(statistics.maximumMagnitude, abs(weight))
        }
        for lane in 0..<lanes {
          rowErrors[lane] += Double(errors[lane])
          rowSquares[lane] += Double(squares[lane])
        }
        statistics.nonFiniteCount += floats[start..<start + groupSize].count { !$0.isFinite }
      }
      let rowError = rowErrors.reduce(0, +)
      statistics.squares += rowSquares.reduce(0, +)
      statistics.squaredError += rowError
      statistics.maximumRowError = max(statistics.maximumRowError, rowError / Double(columns))
    }
    return statistics
  }

  /// Writes a scale in the format's type and gives it back as it was rounded.
  private static func storeScale(
    _ scale: Float, at index: Int, _ format: CompressedFormat, _ output: CompressedRows,
    _ statistics: inout RowStatistics
  ) -> Float {
    switch format.scaleType {
    case .f8e8m0:
      output.scales.storeBytes(
        of: UInt8(scale.exponentBitPattern), toByteOffset: index, as: UInt8.self)
      return scale
    case .f32:
      statistics.overflowCount += scale.isFinite ? 0 : 1
      let stored = min(scale, .greatestFiniteMagnitude)
      output.scales.storeBytes(of: stored.bitPattern, toByteOffset: index * 4, as: UInt32.self)
      return stored
    default:
      var bits = HalfFloat.bits(scale)
      if bits & 0x7FFF == 0x7C00 {
        statistics.overflowCount += 1
        bits -= 1  // the largest finite number of that sign
      }
      output.scales.storeBytes(of: bits, toByteOffset: index * 2, as: UInt16.self)
      return HalfFloat.value(bits)
    }
  }

  /// Puts a code at an element's place; two of four bits share a byte, the even one in the low half.
  private static func put(_ code: UInt8, at index: Int, _ bits: Int, _ bytes: UnsafeMutableRawBufferPointer) {
    if bits == 8 {
      bytes[index] = code
    } else {
      bytes[index / 2] |= code << UInt8(index % 2 * 4)
    }
  }
}
