import Crypto
struct XXH3: Sendable {
  private var hash = SHA256()
  mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }
  var hexDigest: String { hash.finalize().prefix(16).map { String($0, radix: 16) }.joined() }
}
