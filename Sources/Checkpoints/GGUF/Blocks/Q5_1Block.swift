import Tensors

/// 32 numbers d · q + m with q of five bits: halves d and m, 32 fifth bits, 16 bytes with the lower four.
enum Q5_1Block: BlockFormat {
  static let elementCount = 32
  static let byteCount = 24
  static let kept = CompressedFormat(elementType: .u8, groupSize: 32, zeroPoint: .float, scaleType: .f32)

  static func dequantize(_ block: UnsafeRawPointer, into output: UnsafeMutablePointer<Float>) {
    let (scale, minimum) = (block.half(), block.half(at: 2))
    FiveBits.forEach(fifthBits: block + 4, nibbles: block + 8) { index, value in
      output[index] = Float(value) * scale + minimum
    }
  }

  static func keep(_ block: UnsafeRawPointer, into output: KeptBlock) {
    guard output.setAffine(scale: block.half(), minimum: block.half(at: 2)) else {
      return Nibbles.clear(output.values, byteCount: 32)
    }
    let values = output.values.assumingMemoryBound(to: UInt8.self)
    FiveBits.forEach(fifthBits: block + 4, nibbles: block + 8) { index, value in
      values[index] = UInt8(truncatingIfNeeded: value)
    }
  }
}
