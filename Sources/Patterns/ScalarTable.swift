/// A set of code points made for fast look-up: a bitmap of 128 bits for ASCII, paged bitmaps for the rest.
///
/// `@unchecked Sendable`: the memory is written in `init` only and lives as long as the object.
final class ScalarTable: @unchecked Sendable {
  private let pages: UnsafeMutablePointer<UInt16>
  private let bits: UnsafeMutablePointer<UInt64>
  let asciiLow: UInt64
  let asciiHigh: UInt64

  init(_ set: ScalarSet) {
    // Pages 0 and 1 are the empty and the full one.
    var known: [[UInt64]: UInt16] = [[0, 0, 0, 0]: 0, [.max, .max, .max, .max]: 1]
    var index: [UInt16] = []
    var storage: [UInt64] = [0, 0, 0, 0, .max, .max, .max, .max]
    var cursor = 0
    for page in UInt32(0)..<0x1100 {
      var words: [UInt64] = [0, 0, 0, 0]
      let first = page << 8
      let last = first | 0xFF
      while cursor < set.ranges.count, set.ranges[cursor].upperBound < first { cursor += 1 }
      guard cursor < set.ranges.count, set.ranges[cursor].lowerBound <= last else {
        index.append(0)
        continue
      }
      if set.ranges[cursor].lowerBound <= first, set.ranges[cursor].upperBound >= last {
        index.append(1)
        continue
      }
      var at = cursor
      while at < set.ranges.count, set.ranges[at].lowerBound <= last {
        for point in max(first, set.ranges[at].lowerBound)...min(last, set.ranges[at].upperBound) {
          words[Int(point & 0xFF) >> 6] |= 1 << UInt64(point & 63)
        }
        at += 1
      }
      if let number = known[words] {
        index.append(number)
      } else {
        known[words] = UInt16(known.count)
        index.append(UInt16(known.count - 1))
        storage += words
      }
    }
    pages = .allocate(capacity: index.count)
    pages.initialize(from: index, count: index.count)
    bits = .allocate(capacity: storage.count)
    bits.initialize(from: storage, count: storage.count)
    asciiLow = storage[Int(index[0]) * 4]
    asciiHigh = storage[Int(index[0]) * 4 + 1]
  }

  deinit {
    pages.deallocate()
    bits.deallocate()
  }

  @inline(__always)
  func containsASCII(_ byte: UInt8) -> Bool {
    (byte < 64 ? asciiLow : asciiHigh) >> UInt64(byte & 63) & 1 != 0
  }

  @inline(__always)
  func contains(_ scalar: UInt32) -> Bool {
    let page = Int(pages[Int(scalar >> 8)]) << 2
    return bits[page | Int(scalar & 0xFF) >> 6] >> UInt64(scalar & 63) & 1 != 0
  }
}

/// UTF-8 read by offsets. A byte that begins no valid sequence counts as one scalar U+FFFD of length 1.
struct UTF8Text {
  let base: UnsafePointer<UInt8>
  let count: Int

  /// The text must outlive the value.
  init(_ buffer: UnsafeBufferPointer<UInt8>) {
    if let start = buffer.baseAddress {
      base = start
      count = buffer.count
    } else {
      base = Self.nothing
      count = 0
    }
  }

  private nonisolated(unsafe) static let nothing: UnsafePointer<UInt8> = {
    let one = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
    one.initialize(to: 0)
    return UnsafePointer(one)
  }()

  @inline(__always)
  private func continuation(_ at: Int) -> UInt32? {
    guard at < count, base[at] & 0xC0 == 0x80 else { return nil }
    return UInt32(base[at] & 0x3F)
  }

  /// The scalar at `at` (which is below `count`) and its length in bytes.
  @inline(__always)
  func scalar(at position: Int) -> (value: UInt32, length: Int) {
    let first = base[position]
    if first < 0x80 { return (UInt32(first), 1) }
    return multibyte(first, position)
  }

  @inline(never)
  private func multibyte(_ first: UInt8, _ at: Int) -> (value: UInt32, length: Int) {
    if first < 0xC2 || first > 0xF4 { return (0xFFFD, 1) }
    guard let second = continuation(at + 1) else { return (0xFFFD, 1) }
    if first < 0xE0 { return (UInt32(first & 0x1F) << 6 | second, 2) }
    guard let third = continuation(at + 2) else { return (0xFFFD, 1) }
    if first < 0xF0 {
      let value = UInt32(first & 0x0F) << 12 | second << 6 | third
      return value < 0x800 ? (0xFFFD, 1) : (value, 3)
    }
    guard let fourth = continuation(at + 3) else { return (0xFFFD, 1) }
    let value = UInt32(first & 0x07) << 18 | second << 12 | third << 6 | fourth
    return value < 0x10000 || value > 0x10FFFF ? (0xFFFD, 1) : (value, 4)
  }

  /// Where the scalar that ends at `position` (above 0) begins.
  @inline(__always)
  func before(_ position: Int) -> Int {
    let last = position - 1
    if base[last] < 0x80 { return last }
    var start = last
    let least = max(0, position - 4)
    while start > least, base[start] & 0xC0 == 0x80 { start -= 1 }
    return start + scalar(at: start).length == position ? start : last
  }

  @inline(__always)
  func scalar(before position: Int) -> UInt32? {
    position > 0 ? scalar(at: before(position)).value : nil
  }
}
