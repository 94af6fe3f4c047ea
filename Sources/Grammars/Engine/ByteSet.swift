/// A set of bytes: one bit each.
struct ByteSet: Hashable, Sendable {
  private var words: SIMD4<UInt64>

  static let none = ByteSet(words: .zero)
  static let all = ByteSet(words: SIMD4(repeating: .max))

  private init(words: SIMD4<UInt64>) { self.words = words }

  init(_ byte: UInt8) {
    words = .zero
    insert(byte)
  }

  init(_ range: ClosedRange<UInt8>) {
    words = .zero
    for byte in range { insert(byte) }
  }

  init(_ bytes: some Sequence<UInt8>) {
    words = .zero
    for byte in bytes { insert(byte) }
  }

  mutating func insert(_ byte: UInt8) { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

  func contains(_ byte: UInt8) -> Bool { words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 != 0 }

  var isEmpty: Bool { words == .zero }

  /// The least member; 0 for the empty set.
  var first: UInt8 {
    for index in 0..<4 where words[index] != 0 {
      return UInt8(index * 64 + words[index].trailingZeroBitCount)
    }
    return 0
  }

  func union(_ other: ByteSet) -> ByteSet { ByteSet(words: words | other.words) }
  func intersection(_ other: ByteSet) -> ByteSet { ByteSet(words: words & other.words) }
  func subtracting(_ other: ByteSet) -> ByteSet { ByteSet(words: words & ~other.words) }
  var inverted: ByteSet { ByteSet(words: ~words) }

  /// Calls `body` for each member in order.
  func forEach(_ body: (UInt8) -> Void) {
    for index in 0..<4 {
      var word = words[index]
      while word != 0 {
        body(UInt8(index * 64 + word.trailingZeroBitCount))
        word &= word - 1
      }
    }
  }
}
