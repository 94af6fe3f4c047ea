import Supervisor
import Testing

@Suite struct ChecksumTests {
  /// From python-xxhash 4: `xxhash.xxh64(text, seed).hexdigest()`.
  @Test(
    arguments: [
      ("", 0, "ef46db3751d8e999"),
      ("a", 0, "d24ec4f1a98c6e5b"),
      ("abc", 0, "44bc2cf5ad770999"),
      ("abc", 1, "bea9ca8199328908"),
      ("Nobody inspects the spammish repetition", 0, "fbcea83c8a378bf1"),
      ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 0, "e2df261fc2ec30eb"),
      ("The quick brown fox jumps over the lazy dog and then sleeps for a while.", 7, "51bd6d9e49618884"),
    ] as [(String, UInt64, String)])
  func knownSums(text: String, seed: UInt64, expected: String) {
    var sum = Checksum(seed: seed)
    sum.add(text)
    #expect(sum.text == expected)
  }

  @Test func piecesGiveTheSameSum() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    var whole = Checksum()
    bytes.withUnsafeBytes { whole.add($0) }
    for size in [1, 3, 8, 31, 32, 33, 100, 999] {
      var pieces = Checksum()
      for start in stride(from: 0, to: bytes.count, by: size) {
        bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { pieces.add($0) }
      }
      #expect(pieces.value == whole.value)
    }
  }
}
