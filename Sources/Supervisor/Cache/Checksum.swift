/// XXH64: a sum that finds damage at the speed of memory. It is no protection against an attacker.
///
/// The algorithm is that of the xxHash specification (github.com/Cyan4973/xxHash, doc/xxhash_spec.md).
package struct Checksum {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

  private let seed: UInt64
  private var lanes: SIMD4<UInt64>
  private var count = 0
  // What does not fill a stripe of 32 bytes yet.
  private var rest: [UInt8] = []

  /// Begins a sum.
  package init(seed: UInt64 = 0) {
    self.seed = seed
    lanes = SIMD4(
      seed &+ Self.prime1 &+ Self.prime2, seed &+ Self.prime2, seed, seed &- Self.prime1)
    rest.reserveCapacity(64)
  }

  /// Adds bytes.
  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    count += bytes.count
    var bytes = bytes
    if !rest.isEmpty {
      let missing = min(32 - rest.count, bytes.count)
      rest += bytes[..<missing]
      bytes = UnsafeRawBufferPointer(rebasing: bytes[missing...])
      guard rest.count == 32 else { return }
      var whole = rest
      whole.withUnsafeMutableBytes { addStripes(UnsafeRawBufferPointer($0)) }
      rest.removeAll(keepingCapacity: true)
    }
    let end = bytes.count & ~31
    addStripes(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
    rest += bytes[end...]
  }

  /// Adds the UTF-8 bytes of a text.
  package mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  private mutating func addStripes(_ bytes: UnsafeRawBufferPointer) {
    var (a, b, c, d) = (lanes[0], lanes[1], lanes[2], lanes[3])
    var at = 0
    while at < bytes.count {
      a = Self.round(a, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
      b = Self.round(b, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self)))
      c = Self.round(c, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 16, as: UInt64.self)))
      d = Self.round(d, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 24, as: UInt64.self)))
      at += 32
    }
    lanes = SIMD4(a, b, c, d)
  }

  @inline(__always)
  private static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 {
    value &<< bits | value &>> (64 &- bits)
  }

  @inline(__always)
  private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
    rotate(lane &+ input &* prime2, 31) &* prime1
  }

  /// The sum of all bytes so far.
  package var value: UInt64 {
    var hash: UInt64
    if count >= 32 {
      hash =
        Self.rotate(lanes[0], 1) &+ Self.rotate(lanes[1], 7) &+ Self.rotate(lanes[2], 12)
        &+ Self.rotate(lanes[3], 18)
      for lane in 0..<4 {
        hash = (hash ^ Self.round(0, lanes[lane])) &* Self.prime1 &+ Self.prime4
      }
    } else {
      hash = seed &+ Self.prime5
    }
    hash = Self.finish(hash &+ UInt64(count), rest)
    hash = (hash ^ hash &>> 33) &* Self.prime2
    hash = (hash ^ hash &>> 29) &* Self.prime3
    return hash ^ hash &>> 32
  }

  private static func finish(_ hash: UInt64, _ rest: [UInt8]) -> UInt64 {
    var hash = hash
    var tail = rest[...]
    func take(_ bytes: Int) -> UInt64 {
      defer { tail = tail.dropFirst(bytes) }
      return tail.prefix(bytes).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    while tail.count >= 8 { hash = rotate(hash ^ round(0, take(8)), 27) &* prime1 &+ prime4 }
    if tail.count >= 4 { hash = rotate(hash ^ take(4) &* prime1, 23) &* prime2 &+ prime3 }
    while !tail.isEmpty { hash = rotate(hash ^ take(1) &* prime5, 11) &* prime1 }
    return hash
  }

  /// The sum as 16 hexadecimal digits.
  package var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// The sum of a file's bytes.
  static func ofFile(_ path: String) throws(FileError) -> String {
    var sum = Checksum()
    try Files.read(path) { sum.add($0) }
    return sum.text
  }
}
