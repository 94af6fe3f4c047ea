import Foundation
import JSON
import LinearKernels
import Testing

extension KernelTests {
  /// Products with compressed matrices: numpy's for the numbers, and for everything else that no instruction set, no number
  /// of threads and no other rows beside it changes a bit of a row. All memory ends before pages that nobody may touch.
  @Suite struct ProductTests {
    /// What numpy computed (Fixtures/linear/products.py).
    @Test func numpyComputesTheSame() throws {
      let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/linear/products.json")
      let cases = try #require(try JSON(parsing: Array(Data(contentsOf: file))).array)
      #expect(cases.count == 8)
      for entry in cases {
        func text(_ name: String) -> String { entry[name]?.string ?? "" }
        func whole(_ name: String) -> Int { entry[name]?.double.map { Int($0) } ?? 0 }
        let product = Product(
          code: number(text("code")), zero: number(text("zero")), scale: number(text("scale")),
          rows: whole("rows"),
          columns: whole("columns"), group: whole("group"), codes: bytes(text("codes")),
          zeros: bytes(text("zeros")),
          scales: bytes(text("scales")))
        var matrix = product.matrix
        #expect(oven_linear_supports(&matrix) != 0)
        let x = GuardedMemory(bytes(text("x"))).floats
        let expected = try #require(entry["y"]?.array).compactMap(\.double)
        let magnitudes = try #require(entry["magnitude"]?.array).compactMap(\.double)
        for name in instructionSets {
          #expect(oven_linear_use_instruction_set(name) != 0)
          for (isExact, bound) in [(true, 1e-5), (false, 0.03)] {
            let found = product.multiply(x, isExact: isExact)
            let worst = zip(found, expected).enumerated().map { index, pair in
              abs(Double(pair.0) - pair.1) / magnitudes[index % whole("rows")]
            }.max()
            #expect(try #require(worst) < bound, "\(text("code")) of \(name), exact: \(isExact)")
          }
        }
      }
    }

    /// Shapes, groups, types and numbers of rows at random.
    @Test func nothingChangesABit() {
      var random = Xorshift(state: 2026)
      for _ in 0..<400 {
        guard let product = random.product() else { continue }
        let count = [1, 2, 3, 7, 8, 9, 16, 23].randomElement(using: &random) ?? 1
        let x = (0..<count * product.matrix.columns).map { _ in Float.random(in: -3...3, using: &random) }
        #expect(oven_linear_use_instruction_set("portable") != 0)
        let expected = (product.multiply(x), product.multiply(x, isExact: true))
        #expect(expected.0.allSatisfy(\.isFinite) && expected.1.allSatisfy(\.isFinite))
        for name in instructionSets.dropFirst() where name != "amx" || count < 9 {
          #expect(oven_linear_use_instruction_set(name) != 0)
          #expect(product.multiply(x) == expected.0, "\(name): \(product.matrix)")
          #expect(product.multiply(x, part: 16) == expected.0, "\(name) in parts: \(product.matrix)")
          #expect(
            product.multiply(x, isExact: true, part: 32) == expected.1, "\(name) exactly: \(product.matrix)")
        }
        // A row of numbers of which one is 1 and the others are 0 shows a column of the matrix.
        let column = Int.random(in: 0..<product.matrix.columns, using: &random)
        var unit = [Float](repeating: 0, count: product.matrix.columns)
        unit[column] = 1
        let shown = product.multiply(unit, isExact: true)
        for (row, value) in shown.enumerated() {
          let decoded = product.row(row)[column]
          #expect(abs(decoded - value) <= 1e-4 * max(1, abs(decoded)))
        }
      }
    }

    /// Tiles round each factor to bf16, by 2⁻⁹ of it at most; and a row's bits are the same in any part and beside any others.
    @Test(.enabled(if: instructionSets.contains("amx"))) func tilesRoundToSixteenBits() {
      var random = Xorshift(state: 11)
      for count in [9, 15, 16, 17, 33, 70, 257, 300] {
        let product = random.supportedProduct(), columns = product.matrix.columns
        let x = (0..<count * columns).map { _ in Float.random(in: -3...3, using: &random) }
        #expect(oven_linear_use_instruction_set("amx") != 0)
        let found = product.multiply(x), rows = product.matrix.rows
        #expect(product.multiply(x, part: 16) == found)
        #expect(product.multiply(x, part: 48) == found)
        let alone = product.multiply(Array(x.suffix(9 * columns)))
        #expect(Array(found.suffix(rows * 9)) == alone)
        for n in 0..<rows {
          let weights = product.row(n)
          for m in stride(from: 0, to: count, by: 7) {
            let products = zip(weights, x[m * columns..<(m + 1) * columns]).map { Double($0) * Double($1) }
            let (sum, magnitude) = (products.reduce(0, +), products.reduce(0) { $0 + abs($1) })
            #expect(
              abs(Double(found[m * rows + n]) - sum) <= magnitude / 250,
              "row \(n) of \(product.matrix) for \(m) of \(count)")
          }
        }
      }
    }

    @Test func zerosAndTinyNumbersGiveZero() {
      var random = Xorshift(state: 7)
      let product = random.supportedProduct()
      for number: Float in [0, 1e-35, -.leastNonzeroMagnitude] {
        let y = product.multiply([Float](repeating: number, count: product.matrix.columns * 2))
        #expect(y.allSatisfy { $0 == 0 })
      }
    }

    /// silu(gate) · up in Double.
    @Test func gatesAreThoseOfTheFormula() {
      let gates: [Float] = (0..<37).map { Float($0 - 18) * 2.7 } + [-200, 200, 0]
      for name in instructionSets {
        #expect(oven_linear_use_instruction_set(name) != 0)
        let gate = GuardedMemory(floats: gates)
        let up = GuardedMemory(floats: gates.map { $0 / 3 + 1 })
        oven_linear_gate(
          gate.start.assumingMemoryBound(to: Float.self), up.start.assumingMemoryBound(to: Float.self), 1, 0,
          gates.count, gates.count)
        for (found, input) in zip(gate.floats, gates) {
          let x = Double(input)
          let expected = x / (1 + exp(-x)) * Double(input / 3 + 1)
          #expect(abs(Double(found) - expected) <= 1e-6 * max(1, abs(expected)), "\(name), \(input)")
        }
      }
    }

    @Test func otherKindsAreRefused() {
      var matrix = oven_matrix()
      (matrix.code_type, matrix.scale_type, matrix.zero_type) = (
        oven_number_i4, oven_number_f16, oven_number_none
      )
      matrix.minimum_type = oven_number_none
      func supports(_ columns: Int, _ group: Int, rows: Int = 4) -> Bool {
        (matrix.columns, matrix.group, matrix.rows) = (columns, group, rows)
        return oven_linear_supports(&matrix) != 0
      }
      #expect(supports(96, 32) && supports(256, 128) && supports(1030, 1030) && supports(512, 256))
      #expect(!supports(96, 96) && !supports(96, 0) && !supports(0, 32) && !supports(320, 160))
      #expect(!supports(1 << 20, 128) && !supports(64, 32, rows: 0) && !supports(257, 257))
      matrix.code_type = oven_number_f16
      #expect(!supports(64, 32))
      // Scales of scales stand for whole blocks; minima and zero points exclude each other.
      (matrix.code_type, matrix.scale_type, matrix.factor_groups) = (oven_number_u4, oven_number_i8, 8)
      #expect(supports(256, 32) && !supports(128, 32))
      (matrix.scale_type, matrix.minimum_type) = (oven_number_f16, oven_number_f16)
      #expect(supports(64, 32))
      matrix.zero_type = oven_number_u4
      #expect(!supports(64, 32))
    }

    private func bytes(_ hexadecimal: String) -> [UInt8] {
      let digits = Array(hexadecimal.utf8)
      return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
        UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
      }
    }
  }
}
