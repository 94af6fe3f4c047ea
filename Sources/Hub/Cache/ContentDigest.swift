import Digests

/// Computes the checksum by which the hub names a content, while the bytes come in.
package struct ContentDigest {
  private enum Kind {
    case sha256(SHA256)
    case gitBlob(SHA1)
    case unknown
  }

  private var kind: Kind
  private let expected: String?

  /// The SHA-256 where the hub tells it, otherwise the SHA-1 of git's blob object (header, size and content).
  package init(_ file: HubFile) {
    if let sha256 = file.sha256 {
      kind = .sha256(SHA256())
      expected = sha256
    } else if let etag = file.etag, Hex.isHex(etag, count: 64) {
      kind = .sha256(SHA256())
      expected = etag
    } else if let etag = file.etag, Hex.isHex(etag, count: 40) {
      var hash = SHA1()
      hash.update("blob \(file.size)\0".utf8)
      kind = .gitBlob(hash)
      expected = etag
    } else {
      kind = .unknown
      expected = nil
    }
  }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    switch kind {
    case .sha256(var hash):
      kind = .unknown
      hash.update(bytes)
      kind = .sha256(hash)
    case .gitBlob(var hash):
      kind = .unknown
      hash.update(bytes)
      kind = .gitBlob(hash)
    case .unknown: break
    }
  }

  /// Nil where the content is right or nothing is known about it; otherwise what was expected and what was found.
  package func mismatch() -> (expected: String, found: String)? {
    guard let expected else { return nil }
    let found: String
    switch kind {
    case .sha256(let hash): found = hash.hexadecimal
    case .gitBlob(let hash): found = hash.hexadecimal
    case .unknown: return nil
    }
    return found == expected ? nil : (expected, found)
  }

  /// Whether the hub names a checksum at all.
  package var isKnown: Bool { expected != nil }
}
