import Tensors

/// A block of 256 numbers of less than four bits. Their exact form would take eight, so they are quantised again.
protocol SmallBlock: SuperBlock {}

extension SmallBlock {
  static var isKept: Bool { false }
  static var kept: CompressedFormat {
    CompressedFormat(elementType: .i8, groupSize: groupSize, scaleType: .f32)
  }
}

extension UnsafeRawPointer {
  /// The 16 bits at a position, as an integer.
  @inline(__always)
  fileprivate func word(at offset: Int) -> Int {
    Int(UInt16(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
  }

  /// The 32 bits at a position, as an integer.
  @inline(__always)
  fileprivate func long(at offset: Int) -> Int {
    Int(UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
  }

  /// Half a byte: number `index` of those that begin at a position.
  @inline(__always)
  fileprivate func nibble(at offset: Int, _ index: Int) -> Int {
    byte(at: offset &+ index / 2) &>> (index & 1 &* 4) & 15
  }
}

/// A half d, then for each 32 numbers four points and a word of signs (7 bits each) and scale (4 bits).
enum IQ2_XXSBlock: SmallBlock {
  static let byteCount = 66
  static let groupSize = 32

  static func unpack(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Int8>) {
    for group in 0..<8 {
      let start = 2 &+ group &* 8
      let signs = block.long(at: start &+ 4)
      for point in 0..<4 {
        Grids.two256.write(
          block.byte(at: start &+ point), signs: GridTable.evenSigns(signs &>> (point &* 7) & 127),
          to: values + (group &* 32 &+ point &* 8))
      }
    }
  }

  static func groups(
    _ block: UnsafeRawPointer, scales: UnsafeMutablePointer<Float>, minima: UnsafeMutablePointer<Float>
  ) {
    let scale = block.half()
    for group in 0..<8 {
      scales[group] = scale * (0.5 + Float(block.long(at: 6 &+ group &* 8) &>> 28)) * 0.25
    }
  }
}

/// A half d, 32 words of a point (9 bits) and signs (7 bits), 16 scales of four bits.
enum IQ2_XSBlock: SmallBlock {
  static let byteCount = 74
  static let groupSize = 16

  static func unpack(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Int8>) {
    for point in 0..<32 {
      let word = block.word(at: 2 &+ point &* 2)
      Grids.two512.write(word & 511, signs: GridTable.evenSigns(word &>> 9), to: values + point &* 8)
    }
  }

  static func groups(
    _ block: UnsafeRawPointer, scales: UnsafeMutablePointer<Float>, minima: UnsafeMutablePointer<Float>
  ) {
    let scale = block.half()
    for group in 0..<16 { scales[group] = scale * (0.5 + Float(block.nibble(at: 66, group))) * 0.25 }
  }
}

/// A half d, the lower eight bits of 32 points, their signs, the upper two bits, 16 scales of four bits.
enum IQ2_SBlock: SmallBlock {
  static let byteCount = 82
  static let groupSize = 16

  static func unpack(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Int8>) {
    for point in 0..<32 {
      let upper = block.byte(at: 66 &+ point / 4) &>> (point & 3 &* 2) & 3
      Grids.two1024.write(
        block.byte(at: 2 &+ point) | upper &<< 8, signs: block.byte(at: 34 &+ point),
        to: values + point &* 8)
    }
  }

  static func groups(
    _ block: UnsafeRawPointer, scales: UnsafeMutablePointer<Float>, minima: UnsafeMutablePointer<Float>
  ) {
    let scale = block.half()
    for group in 0..<16 { scales[group] = scale * (0.5 + Float(block.nibble(at: 74, group))) * 0.25 }
  }
}

/// A half d, 64 points of four numbers, then for each 32 numbers a word of signs (7 bits for eight) and scale.
enum IQ3_XXSBlock: SmallBlock {
  static let byteCount = 98
  static let groupSize = 32

  static func unpack(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Int8>) {
    for eight in 0..<32 {
      let word = block.long(at: 66 &+ eight / 4 &* 4)
      let signs = GridTable.evenSigns(word &>> (eight & 3 &* 7) & 127)
      let place = values + eight &* 8
      Grids.three256.write(block.byte(at: 2 &+ eight &* 2), signs: signs, to: place)
      Grids.three256.write(block.byte(at: 3 &+ eight &* 2), signs: signs &>> 4, to: place + 4)
    }
  }

  static func groups(
    _ block: UnsafeRawPointer, scales: UnsafeMutablePointer<Float>, minima: UnsafeMutablePointer<Float>
  ) {
    let scale = block.half()
    for group in 0..<8 {
      scales[group] = scale * (0.5 + Float(block.long(at: 66 &+ group &* 4) &>> 28)) * 0.5
    }
  }
}

/// A half d, the lower eight bits of 64 points of four numbers, their ninth bits, 32 bytes of signs, 8 scales of four
/// bits.
enum IQ3_SBlock: SmallBlock {
  static let byteCount = 110
  static let groupSize = 32

  static func unpack(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Int8>) {
    for point in 0..<64 {
      let ninth = block.byte(at: 66 &+ point / 8) &>> (point & 7) & 1
      let signs = block.byte(at: 74 &+ point / 2) &>> (point & 1 &* 4)
      Grids.three512.write(
        block.byte(at: 2 &+ point) | ninth &<< 8, signs: signs, to: values + point &* 4)
    }
  }

  static func groups(
    _ block: UnsafeRawPointer, scales: UnsafeMutablePointer<Float>, minima: UnsafeMutablePointer<Float>
  ) {
    let scale = block.half()
    for group in 0..<8 { scales[group] = scale * Float(1 &+ 2 &* block.nibble(at: 106, group)) }
  }
}

/// Points of numbers −1, 0 and 1 to which an eighth is added or from which it is taken: eight times as much is a whole
/// number.
enum OneBit {
  @inline(__always)
  static func write(_ point: Int, isNegative: Bool, to values: UnsafeMutablePointer<Int8>) {
    Grids.one2048.write(point, signs: 0, to: values)
    for index in 0..<8 { values[index] = values[index] &* 8 &+ (isNegative ? -1 : 1) }
  }
}

/// A half d, the lower eight bits of 32 points, then for each 32 numbers a word of the upper three bits of four
/// points, a scale of three bits and the sign of the eighth.
enum IQ1_SBlock: SmallBlock {
  static let byteCount = 50
  static let groupSize = 32

  static func unpack(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Int8>) {
    for point in 0..<32 {
      let word = block.word(at: 34 &+ point / 4 &* 2)
      let upper = word &>> (point & 3 &* 3) & 7
      OneBit.write(
        block.byte(at: 2 &+ point) | upper &<< 8, isNegative: word & 0x8000 != 0, to: values + point &* 8)
    }
  }

  static func groups(
    _ block: UnsafeRawPointer, scales: UnsafeMutablePointer<Float>, minima: UnsafeMutablePointer<Float>
  ) {
    let scale = block.half()
    for group in 0..<8 {
      scales[group] = scale * Float(2 &* (block.word(at: 34 &+ group &* 2) &>> 12 & 7) &+ 1) / 8
    }
  }
}

/// The lower eight bits of 32 points, half a byte for each with the upper three and the sign of the eighth, then four
/// words of 16 scales of three bits, whose upper four bits together are a half d.
enum IQ1_MBlock: SmallBlock {
  static let byteCount = 56
  static let groupSize = 16

  static func unpack(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Int8>) {
    for point in 0..<32 {
      let half = block.nibble(at: 32, point)
      OneBit.write(
        block.byte(at: point) | (half & 7) &<< 8, isNegative: half & 8 != 0, to: values + point &* 8)
    }
  }

  static func groups(
    _ block: UnsafeRawPointer, scales: UnsafeMutablePointer<Float>, minima: UnsafeMutablePointer<Float>
  ) {
    var bits = 0
    for word in 0..<4 { bits |= (block.word(at: 48 &+ word &* 2) &>> 12) &<< (word &* 4) }
    let scale = HalfFloat.value(UInt16(truncatingIfNeeded: bits))
    for group in 0..<16 {
      let three = block.word(at: 48 &+ group / 4 &* 2) &>> (group & 3 &* 3) & 7
      scales[group] = scale * Float(2 &* three &+ 1) / 8
    }
  }
}

/// 256 numbers −1, 0 and 1 times a half d at the end: five to a byte in base three, the last 16 four to a byte.
enum TQ1_0Block: SmallBlock {
  static let byteCount = 54
  static let groupSize = 256

  static func unpack(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Int8>) {
    var place = values
    for (start, count, digits) in [(0, 32, 5), (32, 16, 5), (48, 4, 4)] {
      var power: UInt8 = 1
      for _ in 0..<digits {
        for index in 0..<count {
          let shifted = UInt8(truncatingIfNeeded: block.byte(at: start &+ index)) &* power
          place[index] = Int8(truncatingIfNeeded: (Int(shifted) &* 3) &>> 8) &- 1
        }
        place += count
        power = power &* 3
      }
    }
  }

  static func groups(
    _ block: UnsafeRawPointer, scales: UnsafeMutablePointer<Float>, minima: UnsafeMutablePointer<Float>
  ) { scales[0] = block.half(at: 52) }
}

/// The same with two bits for each number: 32 bytes hold four runs of 32 numbers.
enum TQ2_0Block: SmallBlock {
  static let byteCount = 66
  static let groupSize = 256

  static func unpack(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Int8>) {
    TwoBits.forEach(block) { index, value in values[index] = Int8(bitPattern: value) &- 1 }
  }

  static func groups(
    _ block: UnsafeRawPointer, scales: UnsafeMutablePointer<Float>, minima: UnsafeMutablePointer<Float>
  ) { scales[0] = block.half(at: 64) }
}
