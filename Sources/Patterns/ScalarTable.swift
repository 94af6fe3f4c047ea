import Text

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
