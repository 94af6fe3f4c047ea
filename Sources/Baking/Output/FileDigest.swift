import Digests
import Files

/// The checksum of a file or of a part of one, with the algorithm that made it.
public struct Checksum: Sendable, Hashable {
  /// The name of the algorithm, as the manifest has it: `sha256` or `xxh3-128`.
  public var algorithm: String
  /// The digest in hexadecimal.
  public var digest: String
}

/// A checksum that is computed piece by piece.
struct FileDigest: Sendable {
  private enum State: Sendable {
    case sha256(SHA256)
    case fast(FastDigest)
  }

  private var state: State

  /// SHA-256, which every other tool can check.
  static var sha256: FileDigest { FileDigest(state: .sha256(SHA256())) }

  /// XXH3 with 128 bits: as fast as memory, so that sums cost nothing beside the bake itself.
  static var fast: FileDigest { FileDigest(state: .fast(FastDigest())) }

  /// Takes in more bytes.
  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    switch state {
    case .sha256(var hash):
      state = .fast(FastDigest())
      hash.update(bytes)
      state = .sha256(hash)
    case .fast(var hash):
      hash.update(bytes)
      state = .fast(hash)
    }
  }

  /// The checksum of all bytes so far.
  var checksum: Checksum {
    switch state {
    case .sha256(let hash): Checksum(algorithm: "sha256", digest: hash.hexadecimal)
    case .fast(let hash): Checksum(algorithm: "xxh3-128", digest: hash.hexadecimal)
    }
  }

  /// The checksum of `bytes` alone.
  static func sha256(of bytes: some Sequence<UInt8>) -> Checksum {
    var digest = FileDigest.sha256
    Array(bytes).withUnsafeBytes { digest.update($0) }
    return digest.checksum
  }
}
