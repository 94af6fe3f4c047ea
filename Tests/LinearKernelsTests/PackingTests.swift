import Foundation
import LinearKernels
import Testing

extension KernelTests {
  /// Matrices as a bake keeps the blocks of a GGUF: packed they have the blocks' own size, and the same numbers.
  @Suite struct PackingTests {
    /// What a bake writes of one kind of block, and what is to become of it.
    struct Kept: CustomTestStringConvertible {
      var name: String
      var code: oven_number
      /// The codes that occur.
      var codes: [Int]
      var group: Int
      /// What the whole scales and minima of a block of 256 are at most; nil where each scale is a half of its own.
      var wholes: ClosedRange<Int>?
      var hasMinima = false
      /// Bits per weight, packed.
      var bits: Double
      var testDescription: String { name }
    }

    static let kept: [Kept] = [
      Kept(name: "Q4_1", code: oven_number_u4, codes: Array(0...15), group: 32, hasMinima: true, bits: 5),
      Kept(name: "Q5_0", code: oven_number_i8, codes: Array(-16...15), group: 32, bits: 5.5),
      Kept(name: "Q5_1", code: oven_number_u8, codes: Array(0...31), group: 32, hasMinima: true, bits: 6),
      Kept(
        name: "Q4_K", code: oven_number_u4, codes: Array(0...15), group: 32, wholes: 0...63, hasMinima: true,
        bits: 4.625),
      Kept(
        name: "Q5_K", code: oven_number_u8, codes: Array(0...31), group: 32, wholes: 0...63, hasMinima: true,
        bits: 5.625),
      Kept(
        name: "Q6_K", code: oven_number_i8, codes: Array(-32...31), group: 16, wholes: -128...127,
        bits: 6.5625),
      Kept(
        name: "Q3_K", code: oven_number_i4, codes: Array(-4...3), group: 16, wholes: -32...31, bits: 4.5625),
      Kept(
        name: "Q2_K", code: oven_number_u4, codes: Array(0...3), group: 16, wholes: 0...15, hasMinima: true,
        bits: 5.125),
      Kept(name: "IQ4_NL", code: oven_number_i8, codes: iq4, group: 32, bits: 4.5),
      Kept(name: "IQ4_XS", code: oven_number_i8, codes: iq4, group: 32, wholes: -32...31, bits: 4.3125),
    ]

    /// The values of ggml's IQ4.
    static let iq4 = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113]

    /// 64 rows of 512 numbers as a bake writes them: (code − zero) · scale, in f32 unless a scale is a half of its own and
    /// nothing is added.
    private func product(_ kept: Kept, _ random: inout Xorshift) -> Product {
      let (rows, columns) = (64, 512)
      let groups = rows * columns / kept.group
      var codes = (0..<rows * columns).map { _ in kept.codes.randomElement(using: &random) ?? 0 }
      var scales: [Float] = [], zeros: [Float] = []
      var factors: (scale: Float, minimum: Float) = (0, 0)
      for group in 0..<groups {
        if group % (256 / kept.group) == 0 {
          factors.scale = Float(Float16(Float.random(in: 1e-4...4e-4, using: &random)))
          factors.minimum = Float(Float16(Float.random(in: 1e-4...4e-3, using: &random)))
        }
        var scale = Float(Float16(Float.random(in: -0.02...0.02, using: &random)))
        var minimum = Float(Float16(Float.random(in: -0.1...0.1, using: &random)))
        if let wholes = kept.wholes {
          scale = factors.scale * Float(Int.random(in: wholes, using: &random))
          minimum = -(factors.minimum * Float(Int.random(in: wholes, using: &random)))
        }
        // All numbers are the minimum where the scale is zero.
        if group % 37 == 5 { scale = 0 }
        let isFlat = kept.hasMinima && scale == 0
        if isFlat {
          for index in group * kept.group..<(group + 1) * kept.group { codes[index] = 0 }
        }
        scales.append(isFlat ? minimum : scale)
        zeros.append(isFlat ? -1 : -minimum / scale)
      }
      let areHalves = kept.wholes == nil && !kept.hasMinima
      return Product(
        code: kept.code, zero: kept.hasMinima ? oven_number_f32 : oven_number_none,
        scale: areHalves ? oven_number_f16 : oven_number_f32, rows: rows, columns: columns, group: kept.group,
        codes: packed(codes, isByte: kept.code == oven_number_u8 || kept.code == oven_number_i8),
        zeros: kept.hasMinima ? bytes(zeros) : [],
        scales: areHalves ? scales.flatMap { withUnsafeBytes(of: Float16($0)) { Array($0) } } : bytes(scales))
    }

    private func bytes(_ numbers: [Float]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }

    private func packed(_ codes: [Int], isByte: Bool) -> [UInt8] {
      let all = codes.map { UInt8(truncatingIfNeeded: $0) }
      guard !isByte else { return all }
      return stride(from: 0, to: all.count, by: 2).map { all[$0] & 15 | all[$0 + 1] << 4 }
    }

    @Test(arguments: kept) func nothingIsLost(kept: Kept) throws {
      var random = Xorshift(state: 41)
      let wide = product(kept, &random)
      let packed = try #require(wide.packed())
      for row in 0..<wide.matrix.rows {
        for (found, expected) in zip(packed.row(row), wide.row(row)) {
          // (code − zero) · scale rounds twice, and the zero point was rounded before.
          #expect(abs(found - expected) <= 4e-6 * max(0.1, abs(expected)))
        }
      }
      let matrix = packed.matrix
      let groups = matrix.rows * matrix.columns / matrix.group
      var size = matrix.rows * matrix.columns / 2
      if matrix.code_type == oven_number_i8 || matrix.code_type == oven_number_u8 { size *= 2 }
      // Codes that stay where they are are not counted, and neither is what a half scale has in the file.
      if matrix.codes != wide.matrix.codes { size = 0 }
      if matrix.scales == wide.matrix.scales { size += 2 * groups }
      size += sizeBeside(wide.matrix, of: matrix)
      #expect(Double(size * 8) / Double(matrix.rows * matrix.columns) == kept.bits)
      // And the kernels read them.
      let x = (0..<3 * matrix.columns).map { _ in Float.random(in: -1...1, using: &random) }
      let expected = wide.multiply(x, isExact: true)
      for name in instructionSets {
        #expect(oven_linear_use_instruction_set(name) != 0)
        for (found, expected) in zip(packed.multiply(x, isExact: true), expected) {
          #expect(abs(found - expected) <= 1e-4, "\(name)")
        }
      }
    }

    /// One number that no block can hold, in the last row, which no sample shows: the matrix stays as it is.
    @Test(arguments: kept) func whatWouldBeLostIsNoticed(kept: Kept) throws {
      var random = Xorshift(state: 43)
      let wide = product(kept, &random)
      let last = wide.matrix.rows * wide.matrix.columns / wide.matrix.group - 1
      #expect(wide.packed() != nil)
      if wide.matrix.scale_type == oven_number_f32, let scales = wide.matrix.scales {
        UnsafeMutableRawPointer(mutating: scales).storeBytes(
          of: 0.012345679, toByteOffset: 4 * last, as: Float.self)
      } else if let codes = wide.matrix.codes {
        UnsafeMutableRawPointer(mutating: codes).storeBytes(
          of: 100, toByteOffset: wide.matrix.rows * wide.matrix.columns - 1, as: Int8.self)
      }
      #expect(wide.packed() == nil)
    }

    /// Codes of a whole byte and halves have nothing to give away.
    @Test func othersStayAsTheyAre() {
      var random = Xorshift(state: 47)
      let product = Product(
        code: oven_number_i8, zero: oven_number_none, scale: oven_number_f16, rows: 8, columns: 256,
        group: 32,
        codes: random.bytes(8 * 256), zeros: [], scales: random.halves(64, in: -1...1))
      #expect(product.packed() == nil)
    }
  }
}

/// The bytes of the parts of a packed matrix that are not where the wide one has them.
private func sizeBeside(_ wide: oven_matrix, of packed: oven_matrix) -> Int {
  var kind = packed
  if kind.codes != wide.codes { kind.codes = nil }
  if kind.scales != wide.scales { kind.scales = nil }
  (kind.planes, kind.scale_factors, kind.minima, kind.minimum_factors) = (nil, nil, nil, nil)
  return oven_linear_packed_size(&kind)
}
