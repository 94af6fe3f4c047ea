import Tensors

/// Like Q4_K, with 32 bytes of fifth bits before the numbers: bit g of byte j belongs to number j of group g.
enum Q5_KBlock: SuperBlock {
  static let byteCount = 176
  static let groupSize = 32
  static let kept = CompressedFormat(elementType: .u8, groupSize: 32, zeroPoint: .float, scaleType: .f32)

  static func unpack(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Int8>) {
    for run in 0..<4 {
      let (bytes, output) = (block + 48 + run &* 32, values + run &* 64)
      let shift = UInt8(truncatingIfNeeded: run &* 2)
      for index in 0..<32 {
        let pair = bytes.load(fromByteOffset: index, as: UInt8.self)
        let high = block.load(fromByteOffset: 16 &+ index, as: UInt8.self) &>> shift
        output[index] = Int8(bitPattern: pair & 15 | (high & 1) &<< 4)
        output[index &+ 32] = Int8(bitPattern: pair &>> 4 | (high &>> 1 & 1) &<< 4)
      }
    }
  }

  static func groups(
    _ block: UnsafeRawPointer, scales: UnsafeMutablePointer<Float>, minima: UnsafeMutablePointer<Float>
  ) {
    SixBitScales.groups(block, scales: scales, minima: minima)
  }
}
