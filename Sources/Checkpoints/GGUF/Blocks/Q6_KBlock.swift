import Tensors

/// 16 groups of 16 numbers from −32 to 31: 128 bytes with the lower four bits, 64 bytes with the upper two,
/// 16 scales of eight bits, a half d.
enum Q6_KBlock: SuperBlock {
  static let byteCount = 210
  static let groupSize = 16
  static let kept = CompressedFormat(elementType: .i8, groupSize: 16, scaleType: .f32)

  static func unpack(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Int8>) {
    for run in 0..<8 {
      // Runs of 32 numbers; four of them share 64 bytes of low and 32 bytes of high bits.
      let low = block + run / 4 &* 64 + run & 1 &* 32
      let high = block + 128 + run / 4 &* 32
      let lowShift = UInt8(truncatingIfNeeded: run & 2 &* 2)
      let highShift = UInt8(truncatingIfNeeded: run & 3 &* 2)
      let output = values + run &* 32
      for index in 0..<32 {
        let lower = low.load(fromByteOffset: index, as: UInt8.self) &>> lowShift & 15
        let upper = high.load(fromByteOffset: index, as: UInt8.self) &>> highShift & 3
        output[index] = Int8(bitPattern: lower | upper &<< 4) &- 32
      }
    }
  }

  static func groups(
    _ block: UnsafeRawPointer, scales: UnsafeMutablePointer<Float>, minima: UnsafeMutablePointer<Float>
  ) {
    let scale = block.half(at: 208)
    for group in 0..<16 {
      scales[group] = scale * Float(block.load(fromByteOffset: 192 &+ group, as: Int8.self))
    }
  }
}
