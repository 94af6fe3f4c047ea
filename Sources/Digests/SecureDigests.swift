import Kernels

/// A digest of bytes that come in pieces, by which contents are named.
package protocol SecureDigest: Sendable {
  /// The digest of no bytes.
  init()
  /// Takes the next bytes.
  mutating func update(_ bytes: UnsafeRawBufferPointer)
  /// The digest of all bytes so far. More bytes may follow.
  var digest: [UInt8] { get }
}

extension SecureDigest {
  /// Takes the next bytes.
  package mutating func update(_ bytes: some Sequence<UInt8>) {
    Array(bytes).withUnsafeBytes { update($0) }
  }

  /// The digest of bytes that are all there.
  package static func digest(of bytes: some Sequence<UInt8>) -> [UInt8] {
    var digest = Self()
    digest.update(bytes)
    return digest.digest
  }

  /// The digest as hexadecimal digits, as `sha256sum` prints it.
  package var hexadecimal: String { Hex.text(of: digest) }
}

/// SHA-256 (FIPS 180-4), with the processor's instructions for it where it has them.
package struct SHA256: SecureDigest {
  private var state = oven_secure_hash()

  package init() { oven_sha256_begin(&state) }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    if let base = bytes.baseAddress { oven_sha256_add(&state, base, bytes.count) }
  }

  package var digest: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      if let base = buffer.baseAddress { withUnsafePointer(to: state) { oven_sha256_end($0, base) } }
      count = 32
    }
  }
}

/// SHA-1 (FIPS 180-4), by which git names contents. It finds damage, and no longer forgery.
package struct SHA1: SecureDigest {
  private var state = oven_secure_hash()

  package init() { oven_sha1_begin(&state) }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    if let base = bytes.baseAddress { oven_sha1_add(&state, base, bytes.count) }
  }

  package var digest: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 20) { buffer, count in
      if let base = buffer.baseAddress { withUnsafePointer(to: state) { oven_sha1_end($0, base) } }
      count = 20
    }
  }
}
