import Kernels
import Quantization
import Tensors
import Testing

/// The kernels of every instruction set that the machine has give the bits of the readable implementation.
@Suite(.serialized) struct KernelTests {
  static let formats: [CompressedFormat] = {
    var formats: [CompressedFormat] = []
    for (size, scales) in [
      (nil, .f16), (4, .f16), (7, .f32), (32, .f16), (48, .f32), (128, .f16), (130, .f16),
    ] as [(Int?, ElementType)] {
      for type in [ElementType.i4, .i8, .nf4, .f4e2m1] {
        formats.append(CompressedFormat(elementType: type, groupSize: size, scaleType: scales))
      }
      for type in [ElementType.u4, .u8] {
        formats.append(
          CompressedFormat(elementType: type, groupSize: size, zeroPoint: .integer, scaleType: scales))
      }
    }
    formats.append(CompressedFormat(elementType: .f4e2m1, groupSize: 32, scaleType: .f8e8m0))
    formats.append(CompressedFormat(elementType: .f4e2m1, groupSize: nil, scaleType: .f8e8m0))
    return formats
  }()

  static let instructionSets = ["portable", "avx2", "avx512"]

  /// Runs `body` with each instruction set of this machine, and puts the best one back.
  static func withEach(_ body: (String) throws -> Void) rethrows {
    let best = String(cString: oven_instruction_set())
    defer { _ = oven_use_instruction_set(best) }
    for name in instructionSets where oven_use_instruction_set(name) == 1 { try body(name) }
  }

  /// Rows of many kinds: normal numbers of several sizes, ties, zeros, extremes, and what is not finite.
  static func matrix(rows: Int, columns: Int, seed: UInt64, nonFinite: Bool) -> [Float] {
    var random = SplitMix(state: seed)
    return (0..<rows).flatMap { row -> [Float] in
      let magnitude = [0.02, 1, 1e-7, 1e5, 1e30, 0x1p-133][row % 6] as Float
      return (0..<columns).map { _ -> Float in
        let value = Float.random(in: -1...1, using: &random) * magnitude
        switch UInt8.random(in: 0...255, using: &random) {
        case 0: return 0
        case 1: return -0.0
        case 2...40: return Float(Int.random(in: -16...16, using: &random)) * 0.25 * magnitude
        case 41 where nonFinite: return [.nan, .infinity, -.infinity][columns % 3]
        case 42 where row % 6 == 4: return -.greatestFiniteMagnitude
        case 43...60: return Float(bitPattern: value.bitPattern & 0xFFFF_0000)
        default: return value
        }
      }
    }
  }

  @Test(arguments: formats) func equalsReference(format: CompressedFormat) throws {
    let reference = try #require(scheme(of: format))
    let columnCounts = format.groupSize.map { [$0, $0 * 3] } ?? [1, 5, 33, 300]
    for (index, columns) in columnCounts.enumerated() {
      for nonFinite in [false, true] {
        let rows = 7
        let floats = Self.matrix(
          rows: rows, columns: columns, seed: UInt64(index * 2 + (nonFinite ? 1 : 0)), nonFinite: nonFinite)
        let expected = Compressed(format, rows: rows, columns: columns) { output in
          floats.withUnsafeBufferPointer {
            ReferenceQuantizer.quantize(
              $0, rows: rows, columns: columns, format: format, scheme: reference, into: output)
          }
        }
        try Self.withEach { name in
          let got = try Compressed(quantizing: floats, rows: rows, columns: columns, format)
          #expect(got == expected, "\(name) \(format) \(columns) columns")
        }
      }
    }
  }

  @Test(arguments: PlainType.allCases) func rawRowsGiveWhatFloatsGive(type: PlainType) throws {
    let format = CompressedFormat(elementType: .u4, groupSize: 32, zeroPoint: .integer)
    let quantizer = try Quantizer(format: format)
    let (rows, columns) = (7, 96)
    let source = Self.matrix(rows: rows, columns: columns, seed: 5, nonFinite: true)
    let bits = ReferenceConversion.convert(source, rows: rows, columns: columns, to: type).bits
    let floats = bits.map { ReferenceConversion.widened($0, from: type) }
    // One byte off, because a checkpoint's tensors need not be aligned.
    let bytes: [UInt8] = [0] + littleEndian(bits, width: type == .f32 ? 4 : 2)
    try Self.withEach { name in
      let expected = try Compressed(quantizing: floats, rows: rows, columns: columns, format)
      var failure: (any Error)?
      let got = Compressed(format, rows: rows, columns: columns) { output in
        bytes.withUnsafeBytes { raw in
          do {
            return try quantizer.quantize(
              raw: UnsafeRawBufferPointer(rebasing: raw[1...]), as: type.elementType, rows: rows,
              columns: columns, into: output)
          } catch {
            failure = error
            return RowStatistics()
          }
        }
      }
      #expect(failure == nil)
      #expect(got == expected, "\(name)")
    }
  }

  @Test(arguments: PlainType.allCases) func denseConversionEqualsReference(type: PlainType) {
    for (rows, columns) in [(6, 100), (12, 16), (3, 1), (6, 257)] {
      for nonFinite in [false, true] {
        var floats = Self.matrix(rows: rows, columns: columns, seed: 9, nonFinite: nonFinite)
        floats[0] = 65519.996
        floats[columns] = -65520
        floats[2 * columns] = .greatestFiniteMagnitude
        let expected = ReferenceConversion.convert(floats, rows: rows, columns: columns, to: type)
        Self.withEach { name in
          var bytes = [UInt8](repeating: 0, count: type.elementType.byteCount(of: rows * columns))
          let statistics = bytes.withUnsafeMutableBytes { output in
            floats.withUnsafeBufferPointer {
              DenseConversion.convert($0, rows: rows, columns: columns, to: type, into: output)
            }
          }
          let want = littleEndian(expected.bits, width: type == .f32 ? 4 : 2)
          #expect(bytes == want, "\(name) \(type)")
          #expect(statistics == expected.statistics, "\(name) \(type)")
        }
      }
    }
  }

  @Test(arguments: [PlainType.f16, .bf16]) func allSixteenBitNumbersWiden(type: PlainType) {
    let bits = (0..<(1 << 16) + 5).map { UInt16(truncatingIfNeeded: $0) }
    Self.withEach { name in
      let floats = [Float](unsafeUninitializedCapacity: bits.count) { output, count in
        bits.withUnsafeBytes {
          DenseConversion.widen(
            $0, from: type, into: UnsafeMutableBufferPointer(rebasing: output[..<bits.count]))
        }
        count = bits.count
      }
      let wrong = bits.indices.filter {
        floats[$0].bitPattern != ReferenceConversion.widened(UInt32(bits[$0]), from: type).bitPattern
      }
      #expect(wrong == [], "\(name)")
    }
  }
}

/// The low `width` bytes of each number, one after another.
private func littleEndian(_ numbers: [UInt32], width: Int) -> [UInt8] {
  numbers.flatMap { number -> [UInt8] in
    (0..<width).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
  }
}

/// SplitMix64 (Steele, Lea, Flood, 2014): small, and the same numbers everywhere.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
