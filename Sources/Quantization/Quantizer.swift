import Tensors

/// Turns rows of float32 into one compressed format. A value type without state: workers share it.
public struct Quantizer: Sendable {
  /// What it writes.
  public let format: CompressedFormat
  private let scheme: any Scheme

  /// A quantiser that writes `format`: i4, i8, nf4 or f4e2m1 without zero points, u4 or u8 with integer ones, all
  /// with scales of f16 or f32; or f4e2m1 with scales of f8e8m0 (MXFP4).
  /// - Throws: `QuantizationError` of code `unsupportedFormat` for any other.
  public init(format: CompressedFormat) throws(QuantizationError) {
    guard let scheme = Quantization.scheme(of: format), format.groupSize.map({ $0 > 0 }) ?? true else {
      throw QuantizationError(.unsupportedFormat, "there is no quantiser for \(format)")
    }
    self.format = format
    self.scheme = scheme
  }

  /// Quantises `rows` rows of `columns` floats, row after row in `floats`, into `output`.
  ///
  /// `output` starts at a byte of its own: a slab of a larger matrix whose rows end inside a byte (four-bit values
  /// and an odd number of columns, or four-bit zero points and an odd number of groups) must begin at an even row
  /// and, unless it is the last, have an even number of rows.
  /// - Precondition: the group size divides `columns`, and the buffers are of the sizes that `format` gives.
  /// - Returns: How far the result is from the source.
  public func quantize(
    _ floats: UnsafeBufferPointer<Float>, rows: Int, columns: Int, into output: CompressedRows
  ) -> RowStatistics {
    precondition(
      floats.count == rows * columns
        && format.groups(columns: columns) * (format.groupSize ?? columns) == columns
        && output.values.count == format.valueByteCount(rows: rows, columns: columns)
        && output.scales.count == format.scaleByteCount(rows: rows, columns: columns)
        && output.zeroPoints.count == format.zeroPointByteCount(rows: rows, columns: columns),
      "\(rows) rows of \(columns) do not fit the buffers of \(format)")
    return ReferenceQuantizer.quantize(
      floats, rows: rows, columns: columns, format: format, scheme: scheme, into: output)
  }
}
