import Tensors

/// 16 groups of 16 numbers of two bits: 16 bytes of scales and minima (four bits each), 64 bytes of numbers,
/// halves d and dmin.
enum Q2_KBlock: SuperBlock {
  static let byteCount = 84
  static let groupSize = 16
  static let kept = CompressedFormat(elementType: .u4, groupSize: 16, zeroPoint: .float, scaleType: .f32)

  static func unpack(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Int8>) {
    TwoBits.forEach(block + 16) { index, value in values[index] = Int8(bitPattern: value) }
  }

  static func groups(
    _ block: UnsafeRawPointer, scales: UnsafeMutablePointer<Float>, minima: UnsafeMutablePointer<Float>
  ) {
    let (scale, minimum) = (block.half(at: 80), block.half(at: 82))
    for group in 0..<16 {
      let pair = block.byte(at: group)
      scales[group] = scale * Float(pair & 15)
      minima[group] = -(minimum * Float(pair &>> 4))
    }
  }
}
