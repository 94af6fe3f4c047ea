import Tensors

/// 32 numbers d · (q − 8) with q of four bits: a half d, then 16 bytes of q.
enum Q4_0Block: BlockFormat {
  static let elementCount = 32
  static let byteCount = 18
  static let kept = CompressedFormat(elementType: .i4, groupSize: 32, scaleType: .f16)

  static func dequantize(_ block: UnsafeRawPointer, into output: UnsafeMutablePointer<Float>) {
    let scale = block.half()
    for index in 0..<16 {
      let pair = block.byte(at: 2 &+ index)
      output[index] = Float(pair & 15 &- 8) * scale
      output[index &+ 16] = Float(pair &>> 4 &- 8) * scale
    }
  }

  static func keep(_ block: UnsafeRawPointer, into output: KeptBlock) {
    output.scales.storeBytes(of: block.halfBits(), as: UInt16.self)
    // Turning over the highest bit subtracts 8 in four-bit two's complement.
    Nibbles.interleave(block + 2, into: output.values, flipping: 0x8888_8888)
  }
}
