import Tensors

/// 32 numbers d · table[q] with q of four bits: a half d, then 16 bytes of q.
enum IQ4_NLBlock: BlockFormat {
  static let elementCount = 32
  static let byteCount = 18
  static let kept = CompressedFormat(elementType: .i8, groupSize: 32, scaleType: .f16)

  /// The values that a code of four bits stands for (ggml's `kvalues_iq4nl`).
  static let table: [Int8] = [
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
  ]

  /// Looks up 32 codes.
  @inline(__always)
  static func unpack(_ codes: UnsafeRawPointer, into values: UnsafeMutablePointer<Int8>) {
    table.withUnsafeBufferPointer { table in
      for index in 0..<16 {
        let pair = codes.byte(at: index)
        values[index] = table[pair & 15]
        values[index &+ 16] = table[pair &>> 4]
      }
    }
  }

  static func dequantize(_ block: UnsafeRawPointer, into output: UnsafeMutablePointer<Float>) {
    let scale = block.half()
    withUnsafeTemporaryAllocation(of: Int8.self, capacity: 32) { values in
      guard let base = values.baseAddress else { return }
      unpack(block + 2, into: base)
      for index in 0..<32 { output[index] = Float(base[index]) * scale }
    }
  }

  static func keep(_ block: UnsafeRawPointer, into output: KeptBlock) {
    output.scales.storeBytes(of: block.halfBits(), as: UInt16.self)
    unpack(block + 2, into: output.values.assumingMemoryBound(to: Int8.self))
  }
}

/// 8 groups of 32 such numbers with scales of six bits: a half d, 16 bits with the upper two bits of the scales,
/// 4 bytes with their lower four, 128 bytes of codes.
enum IQ4_XSBlock: SuperBlock {
  static let byteCount = 136
  static let groupSize = 32
  static let kept = CompressedFormat(elementType: .i8, groupSize: 32, scaleType: .f32)

  static func unpack(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Int8>) {
    for group in 0..<8 { IQ4_NLBlock.unpack(block + 8 + group &* 16, into: values + group &* 32) }
  }

  static func groups(
    _ block: UnsafeRawPointer, scales: UnsafeMutablePointer<Float>, minima: UnsafeMutablePointer<Float>
  ) {
    let scale = block.half()
    let upper = Int(UInt16(littleEndian: block.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
    for group in 0..<8 {
      let low = block.byte(at: 4 &+ group / 2) &>> (group & 1 &* 4) & 15
      scales[group] = scale * Float((low | (upper &>> (group &* 2) & 3) &<< 4) &- 32)
    }
  }
}
