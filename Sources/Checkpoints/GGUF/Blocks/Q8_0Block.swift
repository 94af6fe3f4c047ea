import Tensors

/// 32 numbers d · q with q of eight bits: a half d, then the q.
enum Q8_0Block: BlockFormat {
  static let elementCount = 32
  static let byteCount = 34
  static let kept = CompressedFormat(elementType: .i8, groupSize: 32, scaleType: .f16)

  static func dequantize(_ block: UnsafeRawPointer, into output: UnsafeMutablePointer<Float>) {
    let scale = block.half()
    let values = (block + 2).assumingMemoryBound(to: Int8.self)
    for index in 0..<32 { output[index] = Float(values[index]) * scale }
  }

  static func keep(_ block: UnsafeRawPointer, into output: KeptBlock) {
    output.scales.storeBytes(of: block.halfBits(), as: UInt16.self)
    output.values.copyMemory(from: block + 2, byteCount: 32)
  }
}
