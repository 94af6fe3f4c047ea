/// Reads the numbers of the generated tables: groups of five bits, the lowest first, each one byte from `0` up; bit 5
/// says that more follow.
struct PackedNumbers: IteratorProtocol {
  private let text: UnsafeBufferPointer<UInt8>
  private var at = 0

  init(_ string: StaticString) {
    text = UnsafeBufferPointer(start: string.utf8Start, count: string.utf8CodeUnitCount)
  }

  mutating func next() -> Int? {
    var value = 0
    var shift = 0
    while at < text.count {
      let byte = text[at]
      at += 1
      if byte < 48 { continue }  // line breaks of the literal
      let group = Int(byte) - 48
      value |= (group & 31) << shift
      if group & 32 == 0 { return value }
      shift += 5
    }
    return nil
  }

  /// The next number with its sign in the lowest bit.
  mutating func nextSigned() -> Int? {
    next().map { $0 & 1 == 0 ? $0 >> 1 : -(($0 + 1) >> 1) }
  }
}

extension ScalarSet {
  /// The set of a table of ranges: distance from the end of the last one, length.
  init(packed: StaticString) {
    var numbers = PackedNumbers(packed)
    var ranges: [ClosedRange<UInt32>] = []
    var position = 0
    while let distance = numbers.next(), let length = numbers.next() {
      let start = position + distance
      position = start + length
      ranges.append(UInt32(start)...UInt32(position - 1))
    }
    self.init(ranges)
  }
}
