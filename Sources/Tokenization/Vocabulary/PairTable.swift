/// A hash table from a pair of 32-bit numbers to a 64-bit value, built once; linear probing, half full at
/// most.
struct PairTable: Sendable {
  private struct Slot: BitwiseCopyable {
    var key: UInt64
    var value: UInt64
  }

  private let slots: FrozenBuffer<Slot>
  private let shift: UInt64
  private let mask: Int
  /// No pair has this key: both halves are ids below 2^31.
  private static let empty = UInt64.max

  /// Indexes `entries`. The last of equal keys counts.
  init(_ entries: [(key: UInt64, value: UInt64)]) {
    var bits: UInt64 = 4
    while 1 << bits < entries.count * 2 { bits += 1 }
    var table = [Slot](repeating: Slot(key: Self.empty, value: 0), count: 1 << bits)
    shift = 64 - bits
    mask = (1 << bits) - 1
    for (key, value) in entries {
      var position = Self.position(key, shift)
      while table[position].key != Self.empty, table[position].key != key { position = (position + 1) & mask }
      table[position] = Slot(key: key, value: value)
    }
    slots = FrozenBuffer(table)
  }

  @inline(__always)
  static func key(_ left: UInt32, _ right: UInt32) -> UInt64 { UInt64(left) << 32 | UInt64(right) }

  @inline(__always)
  private static func position(_ key: UInt64, _ shift: UInt64) -> Int {
    Int(truncatingIfNeeded: ((key ^ key >> 29) &* 0x9E37_79B9_7F4A_7C15) >> shift)
  }

  /// The value of the pair, nil where there is none.
  @inline(__always)
  func value(_ left: UInt32, _ right: UInt32) -> UInt64? {
    let key = Self.key(left, right)
    var position = Self.position(key, shift)
    while true {
      let slot = slots.pointer[position]
      if slot.key == key { return slot.value }
      if slot.key == Self.empty { return nil }
      position = (position + 1) & mask
    }
  }
}
