import Foundation
import JSON
import LinearKernels
import Testing

extension KernelTests {
  /// Attention over pages: numpy's numbers, and that neither the instruction set nor what is computed together changes a bit.
  /// All memory ends before pages that nobody may touch, and blocks hold no numbers before they are written.
  @Suite struct AttentionTests {
    /// What numpy computed (Fixtures/linear/attention.py).
    private func cases() throws -> [(attention: Attention, expected: [Double])] {
      let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/linear/attention.json")
      let entries = try #require(try JSON(parsing: Array(Data(contentsOf: file))).array)
      #expect(entries.count == 8)
      return try entries.map { entry in
        func whole(_ name: String) throws -> Int { try #require(entry[name]?.int) }
        func numbers(_ name: String) throws -> [Double] {
          try #require(entry[name]?.array).compactMap(\.double)
        }
        func floats(_ name: String) throws -> [Float] { try numbers(name).map(Float.init) }
        var kernel = oven_attention()
        (kernel.heads, kernel.shared) = (try whole("heads"), try whole("shared"))
        (kernel.size, kernel.value_size) = (try whole("size"), try whole("value_size"))
        (kernel.window, kernel.turned) = (try whole("window"), try whole("turned"))
        kernel.scale = 1 / Float(kernel.size).squareRoot()
        (kernel.query_epsilon, kernel.key_epsilon) = (1e-5, 1e-5)
        #expect(oven_attention_supports(&kernel) != 0)
        let attention = Attention(
          kernel: kernel, past: try whole("past"), count: try whole("count"), queries: try floats("q"),
          keys: try floats("k"), values: try floats("v"), cosines: try floats("cosines"),
          sines: try floats("sines"), queryNorm: try floats("query_norm"), keyNorm: try floats("key_norm"))
        return (attention, try numbers("out"))
      }
    }

    @Test func numpyComputesTheSame() throws {
      for (attention, expected) in try cases() {
        for name in instructionSets {
          #expect(oven_linear_use_instruction_set(name) != 0)
          let found = attention.taken(step: 1000)
          #expect(found.count == expected.count)
          // Keys and values have 8 bits behind their first one, and queries too in bf16.
          let scale = expected.map { $0 * $0 }.reduce(0, +).squareRoot()
          let error = zip(found, expected).map { (Double($0) - $1) * (Double($0) - $1) }.reduce(0, +)
          #expect(error.squareRoot() < 0.015 * scale, "\(name), \(attention.kernel)")
        }
      }
    }

    @Test func nothingChangesABit() throws {
      for (attention, _) in try cases() {
        #expect(oven_linear_use_instruction_set("portable") != 0)
        let expected = attention.taken(step: 1000)
        for name in instructionSets {
          #expect(oven_linear_use_instruction_set(name) != 0)
          // Products of bf16 are another way, for many tokens at once.
          let isShort = ["amx", "avx512-bf16"].contains(name) && attention.count > 8
          let found = isShort ? expected : attention.taken(step: 1000)
          #expect(found == expected, "\(name), \(attention.kernel)")
          #expect(attention.taken(step: 7) == expected, "\(name) in steps, \(attention.kernel)")
        }
      }
    }

    /// Looking at keys in parts rounds their sums in another order.
    @Test func partsAreJoined() throws {
      for (attention, _) in try cases() where attention.count <= 8 {
        for name in instructionSets {
          #expect(oven_linear_use_instruction_set(name) != 0)
          for (part, whole) in zip(attention.taken(step: 5, inParts: true), attention.taken(step: 5)) {
            #expect(abs(part - whole) <= 1e-5 * max(1, abs(whole)), "\(name)")
          }
        }
      }
    }

    @Test func oddHeadsAreRefused() {
      var kernel = oven_attention()
      func isSupported(_ change: (inout oven_attention) -> Void) -> Bool {
        kernel = oven_attention()
        (kernel.heads, kernel.shared, kernel.size, kernel.value_size) = (6, 2, 64, 32)
        change(&kernel)
        return oven_attention_supports(&kernel) != 0
      }
      #expect(isSupported { _ in })
      #expect(!isSupported { $0.shared = 4 })
      #expect(!isSupported { $0.shared = 0 })
      #expect(!isSupported { $0.heads = 66 })
      #expect(!isSupported { $0.size = 24 })
      #expect(!isSupported { $0.value_size = 0 })
      #expect(!isSupported { $0.size = 1024 })
      #expect(!isSupported { $0.turned = 15 })
      #expect(!isSupported { $0.turned = 66 })
    }
  }
}
