import Tensors

/// 32 numbers d · q + m with q of four bits: halves d and m, then 16 bytes of q.
enum Q4_1Block: BlockFormat {
  static let elementCount = 32
  static let byteCount = 20
  static let kept = CompressedFormat(elementType: .u4, groupSize: 32, zeroPoint: .float, scaleType: .f32)

  static func dequantize(_ block: UnsafeRawPointer, into output: UnsafeMutablePointer<Float>) {
    let (scale, minimum) = (block.half(), block.half(at: 2))
    for index in 0..<16 {
      let pair = block.byte(at: 4 &+ index)
      output[index] = Float(pair & 15) * scale + minimum
      output[index &+ 16] = Float(pair &>> 4) * scale + minimum
    }
  }

  static func keep(_ block: UnsafeRawPointer, into output: KeptBlock) {
    if output.setAffine(scale: block.half(), minimum: block.half(at: 2)) {
      Nibbles.interleave(block + 4, into: output.values)
    } else {
      Nibbles.clear(output.values, byteCount: 16)
    }
  }
}
