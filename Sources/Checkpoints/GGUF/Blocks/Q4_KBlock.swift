import Tensors

/// 8 groups of 32 numbers of four bits: halves d and dmin, 12 bytes of scales and minima, 128 bytes of numbers
/// (each 32 bytes hold one group in the low halves and the next in the high ones).
enum Q4_KBlock: SuperBlock {
  static let byteCount = 144
  static let groupSize = 32
  static let kept = CompressedFormat(elementType: .u4, groupSize: 32, zeroPoint: .float, scaleType: .f32)

  static func unpack(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Int8>) {
    for run in 0..<4 {
      let (bytes, output) = (block + 16 + run &* 32, values + run &* 64)
      for index in 0..<32 {
        let pair = bytes.load(fromByteOffset: index, as: UInt8.self)
        output[index] = Int8(bitPattern: pair & 15)
        output[index &+ 32] = Int8(bitPattern: pair &>> 4)
      }
    }
  }

  static func groups(
    _ block: UnsafeRawPointer, scales: UnsafeMutablePointer<Float>, minima: UnsafeMutablePointer<Float>
  ) {
    SixBitScales.groups(block, scales: scales, minima: minima)
  }
}
