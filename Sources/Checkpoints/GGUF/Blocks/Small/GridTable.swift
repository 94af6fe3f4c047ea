/// The points of a grid, unpacked when they are first needed.
struct GridTable: Sendable {
  /// The numbers of all points, `width` for each.
  let numbers: [Int8]
  let width: Int

  /// - Parameters:
  ///   - values: what an index stands for.
  ///   - bits: how many bits an index has: 2 or 4.
  ///   - width: the numbers of a point.
  ///   - points: the indices, the first of a byte in its lowest bits, as hexadecimal text.
  init(values: [Int8], bits: Int, width: Int, points: String) {
    let digits = points.utf8.map { digit in digit < 58 ? digit - 48 : digit - 87 }
    let mask = UInt8(1 << bits - 1)
    self.width = width
    numbers = stride(from: 0, to: digits.count - 1, by: 2).flatMap { place -> [Int8] in
      let byte = digits[place] << 4 | digits[place + 1]
      return stride(from: 0, to: 8, by: bits).map { values[Int(byte >> UInt8($0) & mask)] }
    }
  }

  /// Writes a point with the signs in the bits of `signs`, the first number's in the lowest.
  @inline(__always)
  func write(_ point: Int, signs: Int, to values: UnsafeMutablePointer<Int8>) {
    numbers.withUnsafeBufferPointer { numbers in
      for index in 0..<width {
        let number = numbers[point &* width &+ index]
        values[index] = signs &>> index & 1 == 0 ? number : 0 &- number
      }
    }
  }

  /// Eight signs of seven bits: the eighth makes their number even.
  @inline(__always)
  static func evenSigns(_ seven: Int) -> Int { seven | (seven.nonzeroBitCount & 1) &<< 7 }
}
