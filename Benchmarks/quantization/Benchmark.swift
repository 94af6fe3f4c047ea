import Quantization
import Tensors

/// Prints how many weights a second one core quantises, for each format and source type, beside copying the source.
///
/// Run with `make bench-quantization`; all times are processor time of one thread. The source, 64 MiB of f32 or 32 of 16-bit numbers, does not fit the caches,
/// as in a bake.
@main enum Benchmark {
  static let columns = 4096
  static let rows = 4096
  /// The rows that a worker takes at once.
  static let slabRows = 64

  static func main() throws {
    print("instruction set: \(instructionSet)")
    let floats = randomFloats()
    let halves = UnsafeMutableRawBufferPointer.allocate(byteCount: rows * columns * 2, alignment: 64)
    _ = DenseConversion.convert(
      UnsafeBufferPointer(floats), rows: rows, columns: columns, to: .bf16, into: halves)
    defer {
      floats.deallocate()
      halves.deallocate()
    }
    copies(of: floats, halves)
    row("format", "from f32", "from bf16", "relative error")
    for (name, format) in formats {
      let quantizer = try Quantizer(format: format)
      let output = Output(format)
      var statistics = RowStatistics()
      let fromFloats = try rate {
        statistics = try quantize(UnsafeRawBufferPointer(floats), .f32, quantizer, output)
      }
      let fromHalves = try rate { _ = try quantize(UnsafeRawBufferPointer(halves), .bf16, quantizer, output) }
      row(name, gigaweights(fromFloats), gigaweights(fromHalves), fixed(statistics.relativeError))
      output.deallocate()
    }
    conversions(of: floats, halves)
    hashes(of: UnsafeRawBufferPointer(halves))
  }

  static let formats: [(String, CompressedFormat)] = [
    ("int4 sym g128", CompressedFormat(elementType: .i4, groupSize: 128)),
    ("int4 sym g64", CompressedFormat(elementType: .i4, groupSize: 64)),
    ("int4 sym rows", CompressedFormat(elementType: .i4, groupSize: nil)),
    ("int4 asym g128", CompressedFormat(elementType: .u4, groupSize: 128, zeroPoint: .integer)),
    ("int8 sym rows", CompressedFormat(elementType: .i8, groupSize: nil)),
    ("int8 asym rows", CompressedFormat(elementType: .u8, groupSize: nil, zeroPoint: .integer)),
    ("nf4 g64", CompressedFormat(elementType: .nf4, groupSize: 64)),
    ("mxfp4 g32", CompressedFormat(elementType: .f4e2m1, groupSize: 32, scaleType: .f8e8m0)),
  ]

  static func quantize(
    _ source: UnsafeRawBufferPointer, _ type: ElementType, _ quantizer: Quantizer, _ output: Output
  ) throws -> RowStatistics {
    var statistics = RowStatistics()
    let bytes = type.byteCount(of: slabRows * columns)
    for slab in 0..<rows / slabRows {
      let part = UnsafeRawBufferPointer(rebasing: source[slab * bytes..<(slab + 1) * bytes])
      statistics.merge(
        try quantizer.quantize(
          raw: part, as: type, rows: slabRows, columns: columns, into: output.slab(slab, quantizer.format)))
    }
    return statistics
  }

  static func copies(of floats: UnsafeMutableBufferPointer<Float>, _ halves: UnsafeMutableRawBufferPointer) {
    let target = UnsafeMutableRawBufferPointer.allocate(byteCount: rows * columns * 4, alignment: 64)
    defer { target.deallocate() }
    target.initializeMemory(as: UInt8.self, repeating: 0)
    row("", "from f32", "from bf16", "")
    row(
      "copying the source", gigaweights(rate { target.copyMemory(from: UnsafeRawBufferPointer(floats)) }),
      gigaweights(rate { target.copyMemory(from: UnsafeRawBufferPointer(halves)) }), "")
  }

  static func conversions(
    of floats: UnsafeMutableBufferPointer<Float>, _ halves: UnsafeMutableRawBufferPointer
  ) {
    row("dense", "f32 to it", "it to f32", "")
    for type in PlainType.allCases {
      let target = UnsafeMutableRawBufferPointer.allocate(
        byteCount: type.elementType.byteCount(of: rows * columns), alignment: 64)
      let wide = UnsafeMutableBufferPointer<Float>.allocate(capacity: rows * columns)
      defer {
        target.deallocate()
        wide.deallocate()
      }
      let narrowing = rate {
        _ = DenseConversion.convert(
          UnsafeBufferPointer(floats), rows: rows, columns: columns, to: type, into: target)
      }
      let widening = rate { DenseConversion.widen(UnsafeRawBufferPointer(target), from: type, into: wide) }
      row(type.elementType.rawValue, gigaweights(narrowing), gigaweights(widening), "")
    }
  }
}
