/// A hash table from byte strings to numbers, built once.
///
/// Linear probing in a table at most half full; a slot holds 32 bits of the hash, so that strings are
/// compared only when they are nearly certain to be equal.
struct ByteStringIndex: Sendable {
  private struct Slot: BitwiseCopyable {
    var tag: UInt32
    /// Position among the strings plus one; zero is an empty slot.
    var entry: UInt32
  }

  private let slots: FrozenBuffer<Slot>
  private let bytes: FrozenBuffer<UInt8>
  private let ends: FrozenBuffer<Int32>
  private let values: FrozenBuffer<Int32>
  private let mask: Int
  /// Length of the longest string in bytes.
  let longest: Int

  /// Indexes `strings`; `values[i]` is the number of string i. The last of equal strings counts.
  init(_ strings: ByteStrings, values: [Int32]) {
    var capacity = 16
    while capacity < strings.count * 2 { capacity *= 2 }
    let mask = capacity - 1
    let bytes = FrozenBuffer(strings.bytes)
    let ends = FrozenBuffer(strings.ends)
    var table = [Slot](repeating: Slot(tag: 0, entry: 0), count: capacity)
    var longest = 0
    table.withUnsafeMutableBufferPointer { table in
      for entry in 0..<strings.count {
        let string = Self.string(entry, bytes, ends)
        longest = max(longest, string.count)
        let hash = Self.hash(string)
        var position = Int(truncatingIfNeeded: hash) & mask
        let tag = UInt32(truncatingIfNeeded: hash >> 32)
        while table[position].entry != 0 {
          if table[position].tag == tag,
            Self.equal(Self.string(Int(table[position].entry) - 1, bytes, ends), string)
          {
            break
          }
          position = (position + 1) & mask
        }
        table[position] = Slot(tag: tag, entry: UInt32(entry + 1))
      }
    }
    slots = FrozenBuffer(table)
    self.bytes = bytes
    self.ends = ends
    self.values = FrozenBuffer(values)
    self.mask = mask
    self.longest = longest
  }

  /// The number of `string`, or nil.
  @inline(__always)
  func value(of string: UnsafeBufferPointer<UInt8>) -> Int32? {
    let hash = Self.hash(string)
    var position = Int(truncatingIfNeeded: hash) & mask
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    while true {
      let slot = slots.pointer[position]
      if slot.entry == 0 { return nil }
      if slot.tag == tag, Self.equal(Self.string(Int(slot.entry) - 1, bytes, ends), string) {
        return values.pointer[Int(slot.entry) - 1]
      }
      position = (position + 1) & mask
    }
  }

  /// The number of `string`, or nil.
  func value(of string: some Sequence<UInt8>) -> Int32? {
    if let found = string.withContiguousStorageIfAvailable({ value(of: $0) }) { return found }
    return Array(string).withUnsafeBufferPointer { value(of: $0) }
  }

  @inline(__always)
  private static func string(
    _ entry: Int, _ bytes: FrozenBuffer<UInt8>, _ ends: FrozenBuffer<Int32>
  ) -> UnsafeBufferPointer<UInt8> {
    let start = entry == 0 ? 0 : Int(ends.pointer[entry - 1])
    return UnsafeBufferPointer(start: bytes.pointer + start, count: Int(ends.pointer[entry]) - start)
  }

  @inline(__always)
  private static func equal(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    for index in 0..<a.count where a[index] != b[index] { return false }
    return true
  }

  /// A multiply-and-fold hash, eight bytes at a time.
  @inline(__always)
  static func hash(_ string: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: string.count) &* 0x9E37_79B9_7F4A_7C15
    var index = 0
    let raw = UnsafeRawBufferPointer(string)
    while index + 8 <= string.count {
      hash = mix(hash ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      index += 8
    }
    var tail: UInt64 = 0
    while index < string.count {
      tail = tail << 8 | UInt64(string[index])
      index += 1
    }
    return mix(hash ^ tail)
  }

  @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    let product = (value ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low
  }
}
