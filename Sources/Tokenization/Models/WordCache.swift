/// Remembers the tokens of words that were met before. Of fixed size: a new word takes the place of an old
/// one.
///
/// A slot is one cache line: a word of at most 31 bytes with its length, and at most seven ids with their
/// count.
final class WordCache {
  private struct Slot: BitwiseCopyable {
    var key: WordKey
    var ids: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)
    var count: UInt32
  }

  private let slots: UnsafeMutableBufferPointer<Slot>
  private static let bits: UInt64 = 15

  init() {
    slots = .allocate(capacity: 1 << Self.bits)
    slots.initialize(repeating: Slot(key: WordKey(), ids: (0, 0, 0, 0, 0, 0, 0), count: 0))
  }

  deinit { slots.deallocate() }

  /// Appends the tokens of a word of which they are known.
  @inline(__always)
  func append(_ key: WordKey, into sink: inout TokenSink) -> Bool {
    let slot = slots.baseAddress.unsafelyUnwrapped + Int(truncatingIfNeeded: key.hash >> (64 - Self.bits))
    guard slot.pointee.key == key else { return false }
    let count = Int(slot.pointee.count)
    if count == 1 {
      sink.ids.append(Int(slot.pointee.ids.0))
    } else {
      withUnsafeBytes(of: &slot.pointee.ids) { raw in
        let ids = raw.assumingMemoryBound(to: UInt32.self)
        for index in 0..<count { sink.ids.append(Int(ids[index])) }
      }
    }
    return true
  }

  /// Remembers the tokens of a word, if they are few enough.
  func insert(_ key: WordKey, _ ids: ArraySlice<Int>) {
    guard ids.count <= 7 else { return }
    let slot = slots.baseAddress.unsafelyUnwrapped + Int(truncatingIfNeeded: key.hash >> (64 - Self.bits))
    slot.pointee.key = key
    slot.pointee.count = UInt32(ids.count)
    withUnsafeMutableBytes(of: &slot.pointee.ids) { raw in
      let places = raw.assumingMemoryBound(to: UInt32.self)
      for (place, id) in ids.enumerated() { places[place] = UInt32(truncatingIfNeeded: id) }
    }
  }
}

/// A word of at most 31 bytes, padded with zeros, its length in the last byte. An empty key is no word.
struct WordKey: BitwiseCopyable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  /// The longest word that fits.
  static let capacity = 31

  init() {}

  /// The key of the word in `range` of `text`, which must not be longer than `capacity`.
  @inline(__always)
  init(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    let length = range.count
    if range.lowerBound + 32 <= text.count {
      let raw = UnsafeRawPointer(text.baseAddress.unsafelyUnwrapped + range.lowerBound)
      words.0 = Self.load(raw, 0, length)
      if length > 8 {
        words.1 = Self.load(raw, 8, length)
        if length > 16 {
          words.2 = Self.load(raw, 16, length)
          words.3 = Self.load(raw, 24, length)
        }
      }
    } else {
      withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: text[range]) }
    }
    words.3 |= UInt64(truncatingIfNeeded: length).bigEndian
  }

  /// Eight bytes at `offset`, of which those from `length` on are zero.
  @inline(__always)
  private static func load(_ raw: UnsafeRawPointer, _ offset: Int, _ length: Int) -> UInt64 {
    let value = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    let kept = length - offset
    if kept >= 8 { return value.littleEndian }
    if kept <= 0 { return 0 }
    let mask: UInt64 = (1 << UInt64(truncatingIfNeeded: kept * 8)) &- 1
    return (value & mask).littleEndian
  }

  @inline(__always)
  var hash: UInt64 {
    let low = ByteStringIndex.mix(words.0 ^ words.3)
    return words.1 | words.2 == 0
      ? low : ByteStringIndex.mix(low ^ words.1 &+ words.2 &* 0x9E37_79B9_7F4A_7C15)
  }

  @inline(__always)
  static func == (a: WordKey, b: WordKey) -> Bool {
    (a.words.0 ^ b.words.0) | (a.words.1 ^ b.words.1) | (a.words.2 ^ b.words.2) | (a.words.3 ^ b.words.3) == 0
  }
}
