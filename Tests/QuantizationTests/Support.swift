import Quantization
import Tensors

/// A matrix in a compressed format, in arrays.
struct Compressed: Equatable {
  var values: [UInt8] = []
  var scales: [UInt8] = []
  var zeroPoints: [UInt8] = []
  var statistics = RowStatistics()

  /// Runs `body` with buffers of the right sizes, filled with rubbish.
  init(
    _ format: CompressedFormat, rows: Int, columns: Int, _ body: (CompressedRows) -> RowStatistics
  ) {
    values = Array(repeating: 0xA5, count: format.valueByteCount(rows: rows, columns: columns))
    scales = Array(repeating: 0xA5, count: format.scaleByteCount(rows: rows, columns: columns))
    zeroPoints = Array(repeating: 0xA5, count: format.zeroPointByteCount(rows: rows, columns: columns))
    statistics = values.withUnsafeMutableBytes { values in
      scales.withUnsafeMutableBytes { scales in
        zeroPoints.withUnsafeMutableBytes { zeroPoints in
          body(CompressedRows(values: values, scales: scales, zeroPoints: zeroPoints))
        }
      }
    }
  }

  /// What `Quantizer` makes of `floats`.
  init(quantizing floats: [Float], rows: Int, columns: Int, _ format: CompressedFormat) throws {
    let quantizer = try Quantizer(format: format)
    self.init(format, rows: rows, columns: columns) { output in
      floats.withUnsafeBufferPointer {
        quantizer.quantize($0, rows: rows, columns: columns, into: output)
      }
    }
  }
}

/// The format that a golden's name stands for.
func goldenFormat(_ scheme: String, _ groupSize: Int) -> CompressedFormat? {
  let size = groupSize < 0 ? nil : groupSize
  return switch scheme {
  case "int4_sym": CompressedFormat(elementType: .i4, groupSize: size)
  case "int4_asym": CompressedFormat(elementType: .u4, groupSize: size, zeroPoint: .integer)
  case "int8_sym": CompressedFormat(elementType: .i8, groupSize: size)
  case "int8_asym": CompressedFormat(elementType: .u8, groupSize: size, zeroPoint: .integer)
  case "nf4": CompressedFormat(elementType: .nf4, groupSize: size)
  case "mxfp4": CompressedFormat(elementType: .f4e2m1, groupSize: size, scaleType: .f8e8m0)
  case "fp4": CompressedFormat(elementType: .f4e2m1, groupSize: size)
  default: nil
  }
}
