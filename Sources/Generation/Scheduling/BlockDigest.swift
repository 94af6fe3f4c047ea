import Digests

/// What a block of the cache holds: SHA-256 over its tokens and the digest of the block before it, so that equal
/// digests mean equal texts from the beginning on. The first one follows from a salt, which stands for everything else
/// that changes keys.
package struct BlockDigest: Hashable, Sendable {
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// Of 32 bytes.
  private init(_ digest: [UInt8]) {
    words = digest.withUnsafeBytes {
      (
        $0.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
        $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
        $0.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
        $0.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
      )
    }
  }

  /// The digest before the first block.
  package init(salt: String) {
    self.init(SHA256.digest(of: salt.utf8))
  }

  /// The digest of a block with these tokens after this one.
  package func next(_ tokens: some Collection<Int>) -> BlockDigest {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32 + 8 * tokens.count)
    withUnsafeBytes(of: words) { bytes.append(contentsOf: $0) }
    for token in tokens {
      withUnsafeBytes(of: UInt64(truncatingIfNeeded: token).littleEndian) { bytes.append(contentsOf: $0) }
    }
    return BlockDigest(SHA256.digest(of: bytes))
  }

  /// The digest's bytes.
  package var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

  /// The digest of these bytes; nil where they are not as many as a digest has.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.init(bytes)
  }

  /// The digest's bytes, each as two digits.
  package var hex: String { Hex.text(of: bytes) }

  package static func == (left: BlockDigest, right: BlockDigest) -> Bool {
    left.words.0 == right.words.0 && left.words.1 == right.words.1 && left.words.2 == right.words.2
      && left.words.3 == right.words.3
  }

  package func hash(into hasher: inout Hasher) {
    // Every bit of SHA-256 is as good as any other.
    hasher.combine(words.0)
  }
}

/// The digests of a sequence's full blocks, each computed once.
struct BlockChain {
  private let blockLength: Int
  private let salt: BlockDigest
  private var digests: [BlockDigest] = []

  init(blockLength: Int, salt: BlockDigest) {
    self.blockLength = blockLength
    self.salt = salt
  }

  /// The digest of everything before the block at `index`.
  mutating func digest(before index: Int, of tokens: [Int]) -> BlockDigest {
    index > 0 ? digest(index - 1, of: tokens) : salt
  }

  /// The digest of the block at `index`, which `tokens` fill.
  mutating func digest(_ index: Int, of tokens: [Int]) -> BlockDigest {
    while digests.count <= index {
      let start = digests.count * blockLength
      digests.append((digests.last ?? salt).next(tokens[start..<(start + blockLength)]))
    }
    return digests[index]
  }
}
