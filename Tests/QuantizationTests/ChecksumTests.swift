import Digests
import Files
import Kernels
import Quantization
import Testing

extension KernelTests {
  @Suite struct ChecksumTests {
    static let data = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 7 + ($0 >> 8)) }

    private func expected() -> [(length: Int, digest: String)] {
      let digests = Goldens.shared.bytes("xxh3.digests")
      return Goldens.shared.floats("xxh3.lengths").enumerated().map { index, length in
        let bytes = digests[index * 16..<(index + 1) * 16]
        return (Int(length), bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
      }
    }

    @Test func equalsXXH3InOnePiece() {
      #expect(expected().count == 31)
      KernelTests.withEach { name in
        for (length, digest) in expected() {
          let got = Self.data.withUnsafeBytes {
            FastDigest.hexadecimal(of: UnsafeRawBufferPointer(rebasing: $0[..<length]))
          }
          #expect(got == digest, "\(name), \(length) bytes")
        }
      }
    }

    @Test(arguments: [1, 63, 64, 777, 1024, 1025, 5000]) func piecesOfAnySizeGiveTheSame(size: Int) {
      for (length, digest) in expected() where length / size < 3000 {
        var checksum = FastDigest()
        Self.data.withUnsafeBytes { bytes in
          for start in stride(from: 0, to: length, by: size) {
            checksum.update(UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + size, length)]))
            checksum.update(UnsafeRawBufferPointer(start: nil, count: 0))
          }
        }
        #expect(checksum.hexadecimal == digest, "\(length) bytes by \(size)")
      }
    }
  }
}
