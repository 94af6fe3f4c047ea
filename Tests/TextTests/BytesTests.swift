import Testing
import Text

@Suite("Bytes and text")
struct BytesTests {
  /// The standard library reads the same scalars where bytes are text.
  @Test func everyScalarIsRead() {
    for value in stride(from: UInt32(0), to: 0x110000, by: 7) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let bytes = Array("a\(scalar)b".utf8)
      bytes.withUnsafeBufferPointer { bytes in
        #expect(bytes.scalar(at: 1).scalar == scalar && bytes.scalar(at: 1).length == bytes.count - 2)
        #expect(bytes.scalar(before: bytes.count - 1).scalar == scalar)
      }
    }
  }

  @Test(
    arguments: [
      [0x80], [0xC1, 0x80], [0xC2], [0xE0, 0x9F, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82],
      [0xF0, 0x8F, 0x80, 0x80],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
    ] as [[UInt8]])
  func whatIsNoTextReadsAsOneReplacement(_ bytes: [UInt8]) {
    #expect(String(validating: bytes, as: UTF8.self) == nil)
    bytes.withUnsafeBufferPointer { #expect($0.scalar(at: 0) == ("\u{FFFD}", 1)) }
  }

  /// RFC 4648, section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func base64(_ plain: String, _ encoded: String) {
    #expect(Base64.encode(Array(plain.utf8)) == encoded)
    #expect(Base64.decode(encoded.utf8) == Array(plain.utf8))
  }

  @Test(arguments: ["Zg", "Zg=", "Z===g", "Zm9*"]) func noBase64(_ text: String) {
    #expect(Base64.decode(text.utf8) == nil)
  }

  /// As GPT-2's vocabulary has them: a blank is Ġ, a line's end Ċ.
  @Test func byteAlphabet() {
    #expect(ByteAlphabet.text(Array(" a\n".utf8)) == "ĠaĊ")
    var bytes: [UInt8] = []
    let isRead = Array("ĠaĊ".utf8).withUnsafeBufferPointer { ByteAlphabet.decode($0, into: &bytes) }
    #expect(isRead && bytes == Array(" a\n".utf8))
    #expect(ByteAlphabet.byte(of: "€") == nil)
    #expect(Set(ByteAlphabet.scalars).count == 256)
  }
}
