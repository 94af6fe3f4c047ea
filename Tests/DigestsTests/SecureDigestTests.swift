import Digests
import Foundation
import Kernels
import SystemSums
import Testing

@Suite("Secure digests", .serialized)
struct SecureDigestTests {
  /// The examples of FIPS 180: nothing, one block, two blocks.
  @Test(arguments: [false, true]) func examples(isPortable: Bool) {
    oven_sha256_use_portable(isPortable ? 1 : 0)
    defer { oven_sha256_use_portable(0) }
    let two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
    for (text, sha256, sha1) in [
      (
        "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709"
      ),
      (
        "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "a9993e364706816aba3e25717850c26c9cd0d89d"
      ),
      (
        two, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
      ),
    ] {
      #expect(Hex.text(of: SHA256.digest(of: text.utf8)) == sha256)
      #expect(Hex.text(of: SHA1.digest(of: text.utf8)) == sha1)
    }
  }

  private static let hasPrograms = ["sha256sum", "sha1sum"].allSatisfy {
    FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)")
  }

  /// Every length around the ends of blocks, in pieces of every kind, as the system's own programs have it.
  @Test(.enabled(if: hasPrograms, "needs sha256sum and sha1sum"), arguments: [false, true])
  func programsSayTheSame(isPortable: Bool) {
    oven_sha256_use_portable(isPortable ? 1 : 0)
    defer { oven_sha256_use_portable(0) }
    let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 >> 3) }
    let lengths = [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 1000, 5000]
    for length in lengths {
      let sums = (SystemSum.sha256(bytes[..<length]), SystemSum.sha1(bytes[..<length]))
      for piece in [1, 7, 64, 100, 5000] {
        var (sha256, sha1) = (SHA256(), SHA1())
        for start in stride(from: 0, to: length, by: piece) {
          sha256.update(bytes[start..<min(length, start + piece)])
          sha1.update(bytes[start..<min(length, start + piece)])
        }
        #expect(sha256.hexadecimal == sums.0, "\(length) bytes by \(piece)")
        #expect(sha1.hexadecimal == sums.1, "\(length) bytes by \(piece)")
      }
    }
  }
}
