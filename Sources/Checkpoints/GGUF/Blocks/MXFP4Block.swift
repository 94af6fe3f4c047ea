import Tensors

/// 32 floats of four bits (e2m1) with a power of two as their scale (OCP Microscaling Formats 1.0): the scale's
/// exponent, then 16 bytes of floats.
enum MXFP4Block: BlockFormat {
  static let elementCount = 32
  static let byteCount = 17
  static let kept = CompressedFormat(elementType: .f4e2m1, groupSize: 32, scaleType: .f8e8m0)

  /// The values of the codes.
  private static let table: [Float] = [0, 0.5, 1, 1.5, 2, 3, 4, 6, 0, -0.5, -1, -1.5, -2, -3, -4, -6]

  static func dequantize(_ block: UnsafeRawPointer, into output: UnsafeMutablePointer<Float>) {
    // ggml doubles the values and halves the scale: 255, a NaN of the specification, is 2^127 · value there.
    let exponent = block.byte(at: 0)
    let half = Float(bitPattern: exponent < 2 ? 0x0020_0000 << UInt32(exponent) : UInt32(exponent - 1) << 23)
    table.withUnsafeBufferPointer { table in
      for index in 0..<16 {
        let pair = block.byte(at: 1 &+ index)
        output[index] = table[pair & 15] * 2 * half
        output[index &+ 16] = table[pair &>> 4] * 2 * half
      }
    }
  }

  static func keep(_ block: UnsafeRawPointer, into output: KeptBlock) {
    output.scales.storeBytes(of: UInt8(truncatingIfNeeded: block.byte(at: 0)), as: UInt8.self)
    Nibbles.interleave(block + 1, into: output.values)
  }
}
