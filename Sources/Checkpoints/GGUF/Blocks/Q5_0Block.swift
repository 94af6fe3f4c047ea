import Tensors

/// 32 numbers d · (q − 16) with q of five bits: a half d, 32 fifth bits, 16 bytes with the lower four.
enum Q5_0Block: BlockFormat {
  static let elementCount = 32
  static let byteCount = 22
  static let kept = CompressedFormat(elementType: .i8, groupSize: 32, scaleType: .f16)

  static func dequantize(_ block: UnsafeRawPointer, into output: UnsafeMutablePointer<Float>) {
    let scale = block.half()
    FiveBits.forEach(fifthBits: block + 2, nibbles: block + 6) { index, value in
      output[index] = Float(value &- 16) * scale
    }
  }

  static func keep(_ block: UnsafeRawPointer, into output: KeptBlock) {
    output.scales.storeBytes(of: block.halfBits(), as: UInt16.self)
    let values = output.values.assumingMemoryBound(to: Int8.self)
    FiveBits.forEach(fifthBits: block + 2, nibbles: block + 6) { index, value in
      values[index] = Int8(truncatingIfNeeded: value &- 16)
    }
  }
}

/// Numbers of five bits whose highest ones are kept apart.
enum FiveBits {
  /// Calls `body` with each of 32 indices and its number, 0 to 31.
  @inline(__always)
  static func forEach(
    fifthBits: UnsafeRawPointer, nibbles: UnsafeRawPointer, _ body: (_ index: Int, _ value: Int32) -> Void
  ) {
    let high = UInt32(littleEndian: fifthBits.loadUnaligned(as: UInt32.self))
    for index in 0..<16 {
      let pair = UInt32(nibbles.load(fromByteOffset: index, as: UInt8.self))
      let shift = UInt32(truncatingIfNeeded: index)
      body(index, Int32(bitPattern: pair & 15 | (high &>> shift & 1) &<< 4))
      body(index &+ 16, Int32(bitPattern: pair &>> 4 | (high &>> (shift &+ 16) & 1) &<< 4))
    }
  }
}
