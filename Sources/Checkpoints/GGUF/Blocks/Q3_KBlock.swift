import Tensors

/// 16 groups of 16 numbers from −4 to 3: 32 bytes of highest bits (set: no 4 is taken away), 64 bytes with the
/// lower two, 12 bytes with 16 scales of six bits, a half d.
enum Q3_KBlock: SuperBlock {
  static let byteCount = 110
  static let groupSize = 16
  static let kept = CompressedFormat(elementType: .i4, groupSize: 16, scaleType: .f32)

  static func unpack(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Int8>) {
    TwoBits.forEach(block + 32) { index, value in
      let high = block.load(fromByteOffset: index & 31, as: UInt8.self)
      let bit = high &>> UInt8(truncatingIfNeeded: index &>> 5) & 1
      values[index] = Int8(bitPattern: value) &- Int8(bitPattern: (bit ^ 1) &<< 2)
    }
  }

  static func groups(
    _ block: UnsafeRawPointer, scales: UnsafeMutablePointer<Float>, minima: UnsafeMutablePointer<Float>
  ) {
    let scale = block.half(at: 108)
    for group in 0..<16 {
      let low = block.byte(at: 96 &+ group & 7) &>> (group &>> 3 &* 4) & 15
      let high = block.byte(at: 104 &+ group & 3) &>> (group &>> 2 &* 2) & 3
      scales[group] = scale * Float((low | high &<< 4) &- 32)
    }
  }
}
