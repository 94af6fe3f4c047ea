import Tensors

/// A block of 256 numbers in groups that have their own small scales: `scale · value + minimum`.
protocol SuperBlock: BlockFormat {
  /// How many numbers share a scale: 16 or 32.
  static var groupSize: Int { get }

  /// Unpacks the 256 whole numbers.
  static func unpack(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Int8>)

  /// Computes the scale and minimum of each group; minima of formats that have none stay as they are.
  static func groups(
    _ block: UnsafeRawPointer, scales: UnsafeMutablePointer<Float>, minima: UnsafeMutablePointer<Float>)
}

extension SuperBlock {
  static var elementCount: Int { 256 }

  static func dequantize(_ block: UnsafeRawPointer, into output: UnsafeMutablePointer<Float>) {
    withUnpacked(block) { values, scales, minima in
      let affine = kept.zeroPoint == .float
      for group in 0..<256 / groupSize {
        let start = group &* groupSize
        let (scale, minimum) = (scales[group], minima[group])
        if affine {
          for index in start..<start &+ groupSize { output[index] = Float(values[index]) * scale + minimum }
        } else {
          for index in start..<start &+ groupSize { output[index] = Float(values[index]) * scale }
        }
      }
    }
  }

  static func keep(_ block: UnsafeRawPointer, into output: KeptBlock) {
    withUnpacked(block) { values, scales, minima in
      for group in 0..<256 / groupSize {
        if kept.zeroPoint == .none {
          output.setScale(scales[group], group: group)
        } else if !output.setAffine(scale: scales[group], minimum: minima[group], group: group) {
          (values + group &* groupSize).update(repeating: 0, count: groupSize)
        }
      }
      if kept.elementType.bits == 8 {
        output.values.copyMemory(from: values, byteCount: 256)
      } else {
        let source = UnsafeRawPointer(values)
        for index in 0..<32 {
          let eight = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self))
          let packed = Nibbles.pairs(eight & 0x0F0F_0F0F_0F0F_0F0F).littleEndian
          output.values.storeBytes(of: packed, toByteOffset: index &* 4, as: UInt32.self)
        }
      }
    }
  }

  /// Lends the whole numbers, scales and minima of a block.
  @inline(__always)
  private static func withUnpacked(
    _ block: UnsafeRawPointer,
    _ body: (UnsafeMutablePointer<Int8>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    withUnsafeTemporaryAllocation(byteCount: 256 + 2 * 16 * 4, alignment: 64) { bytes in
      guard let base = bytes.baseAddress else { return }
      let values = base.bindMemory(to: Int8.self, capacity: 256)
      let scales = (base + 256).bindMemory(to: Float.self, capacity: 16)
      let minima = (base + 320).bindMemory(to: Float.self, capacity: 16)
      minima.initialize(repeating: 0, count: 16)
      unpack(block, into: values)
      groups(block, scales: scales, minima: minima)
      body(values, scales, minima)
    }
  }
}

/// Eight scales and eight minima of six bits in twelve bytes, as Q4_K and Q5_K have them.
enum SixBitScales {
  /// The scale and the minimum of group `index`.
  @inline(__always)
  static func pair(_ bytes: UnsafeRawPointer, _ index: Int) -> (scale: Float, minimum: Float) {
    if index < 4 { return (Float(bytes.byte(at: index) & 63), Float(bytes.byte(at: index &+ 4) & 63)) }
    let low = bytes.byte(at: index &+ 4)
    let scale = low & 15 | (bytes.byte(at: index &- 4) &>> 6) &<< 4
    let minimum = low &>> 4 | (bytes.byte(at: index) &>> 6) &<< 4
    return (Float(scale), Float(minimum))
  }

  /// The scales and minima of a block that begins with halves d and dmin and the twelve bytes.
  @inline(__always)
  static func groups(
    _ block: UnsafeRawPointer, scales: UnsafeMutablePointer<Float>, minima: UnsafeMutablePointer<Float>
  ) {
    let (scale, minimum) = (block.half(), block.half(at: 2))
    for group in 0..<8 {
      let pair = pair(block + 4, group)
      scales[group] = scale * pair.scale
      minima[group] = -(minimum * pair.minimum)
    }
  }
}

/// Numbers of two bits: 32 bytes hold four runs of 32 numbers, the first run in the lowest bits.
enum TwoBits {
  /// Calls `body` with each of 256 indices, its number, and the byte it came from (0 to 31 within its run).
  @inline(__always)
  static func forEach(_ bytes: UnsafeRawPointer, _ body: (_ index: Int, _ value: UInt8) -> Void) {
    for run in 0..<8 {
      let shift = UInt8(truncatingIfNeeded: run & 3 &* 2)
      let start = bytes + run / 4 &* 32
      for index in 0..<32 {
        body(run &* 32 &+ index, start.load(fromByteOffset: index, as: UInt8.self) &>> shift & 3)
      }
    }
  }
}
