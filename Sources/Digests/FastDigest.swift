import Kernels

/// A 128-bit hash of bytes that come in pieces: XXH3 with seed 0 (https://github.com/Cyan4973/xxHash,
/// doc/xxhash_spec.md). It finds damage, not forgery; `xxhsum -H2` prints the same.
package struct FastDigest: Sendable {
  private var state = oven_checksum()

  /// The checksum of no bytes.
  package init() { oven_checksum_begin(&state) }

  /// Takes the next bytes.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    if let base = bytes.baseAddress { oven_checksum_add(&state, base, bytes.count) }
  }

  /// Takes the UTF-8 bytes of a text.
  package mutating func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// The checksum of all bytes so far, as 32 hexadecimal digits. More bytes may follow.
  package var hexadecimal: String {
    let value = withUnsafePointer(to: state) { oven_checksum_end($0) }
    return Hex.text(of: value.high) + Hex.text(of: value.low)
  }

  /// The checksum of bytes that are all there.
  package static func hexadecimal(of bytes: UnsafeRawBufferPointer) -> String {
    var digest = FastDigest()
    digest.update(bytes)
    return digest.hexadecimal
  }
}
