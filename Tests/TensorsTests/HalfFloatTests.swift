import Tensors
import Testing

#if !(os(macOS) && arch(x86_64))
  /// The compiler's own binary16, where it has one.
  @Suite("Half precision")
  struct HalfFloatTests {
    @Test func everyCodeIsTheCompilersNumber() {
      let wrong = (UInt16.min...UInt16.max).filter { bits in
        let expected = Float(Float16(bitPattern: bits))
        let found = HalfFloat.value(bits)
        if expected.isNaN { return !found.isNaN }
        return found != expected || HalfFloat.bits(found) != bits
      }
      #expect(wrong.isEmpty)
    }

    @Test func roundsAsTheCompiler() {
      // Every upper half of a float, with lower halves at and beside ties.
      var wrong: [Float] = []
      for upper in UInt32(0)..<0x1_0000 {
        for lower in [0, 0x0FFF, 0x1000, 0x1001, 0x2FFF, 0x3000, 0x8000, 0xFFFF] as [UInt32] {
          let value = Float(bitPattern: upper << 16 | lower)
          if !value.isNaN, HalfFloat.bits(value) != Float16(value).bitPattern { wrong.append(value) }
        }
      }
      #expect(wrong.isEmpty)
    }
  }
#endif
