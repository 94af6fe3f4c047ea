import Foundation
import JSON
import LinearKernels
import Testing

extension KernelTests {
  /// What is done to rows of numbers between products: numpy's numbers, and the same bits from every instruction set. All
  /// memory ends before pages that nobody may touch.
  @Suite struct RowsTests {
    private struct Rows {
      let width: Int
      let x, up, gate, weight: [Float]
      let norm, gated: [Double]
    }

    /// What numpy computed (Fixtures/linear/rows.py).
    private func cases() throws -> [Rows] {
      let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/linear/rows.json")
      let entries = try #require(try JSON(parsing: Array(Data(contentsOf: file))).array)
      #expect(entries.count == 9)
      return try entries.map { entry in
        func numbers(_ name: String) throws -> [Double] {
          try #require(entry[name]?.array).compactMap(\.double)
        }
        func floats(_ name: String) throws -> [Float] { try numbers(name).map(Float.init) }
        return Rows(
          width: try #require(entry["width"]?.int), x: try floats("x"), up: try floats("up"),
          gate: try floats("gate"), weight: try floats("weight"), norm: try numbers("norm"),
          gated: try numbers("gated"))
      }
    }

    private func pointer(_ memory: GuardedMemory) -> UnsafeMutablePointer<Float> {
      memory.start.assumingMemoryBound(to: Float.self)
    }

    private func normalized(_ rows: Rows) -> [Float] {
      let (x, weight, out) = (
        GuardedMemory(floats: rows.x), GuardedMemory(floats: rows.weight), GuardedMemory(floats: rows.x)
      )
      oven_linear_normalize(
        pointer(x), pointer(weight), 1e-5, rows.x.count / rows.width, rows.width, pointer(out))
      return out.floats
    }

    private func gated(_ rows: Rows, from begin: Int) -> [Float] {
      let (gate, up) = (GuardedMemory(floats: rows.gate), GuardedMemory(floats: rows.up))
      oven_linear_gate(
        pointer(gate), pointer(up), rows.gate.count / rows.width, begin, rows.width, rows.width)
      return gate.floats
    }

    @Test func numpyComputesTheSame() throws {
      for rows in try cases() {
        var before: ([Float], [Float])?
        for name in instructionSets {
          #expect(oven_linear_use_instruction_set(name) != 0)
          let found = (normalized(rows), gated(rows, from: 0))
          for (own, expected) in zip(found.0, rows.norm) {
            #expect(abs(Double(own) - expected) <= 2e-6 * max(1, abs(expected)), "\(name), \(rows.width)")
          }
          for (own, expected) in zip(found.1, rows.gated) {
            #expect(abs(Double(own) - expected) <= 2e-6 * max(1, abs(expected)), "\(name), \(rows.width)")
          }
          if let before { #expect(before == found, "\(name), \(rows.width)") }
          before = found
        }
      }
    }

    @Test func aGateLeavesOtherColumnsAlone() throws {
      for rows in try cases() where rows.width >= 32 {
        let (all, part) = (gated(rows, from: 0), gated(rows, from: 16))
        for index in all.indices {
          #expect(part[index] == (index % rows.width < 16 ? rows.gate[index] : all[index]))
        }
      }
    }

    @Test func sumsAreSums() throws {
      for rows in try cases() {
        for name in instructionSets {
          #expect(oven_linear_use_instruction_set(name) != 0)
          let (a, b) = (GuardedMemory(floats: rows.x), GuardedMemory(floats: rows.up))
          oven_linear_add(pointer(a), pointer(b), rows.x.count, pointer(b))
          #expect(b.floats == zip(rows.x, rows.up).map(+))
        }
      }
    }
  }
}
