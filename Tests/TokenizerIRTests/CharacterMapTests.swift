import JSON
import Testing
import TokenizerIR
import Tokenization

@Suite("Character map for small letters")
struct CharacterMapTests {
  /// Read back by the reader of SentencePiece's maps, which is proven against HF tokenizers.
  @Test func mapsEveryScalarToItsSmallForm() throws {
    let tokenizer = try Tokenizer(json: [
      "added_tokens": [], "pre_tokenizer": nil, "post_processor": nil,
      "normalizer": [
        "type": "Precompiled", "precompiled_charsmap": .string(TokenizerIR.lowercaseMapBase64),
      ],
      "decoder": ["type": "ByteLevel"],
      "model": Self.bytes,
    ])
    for value in UInt32(0x20)..<0x1_F000 where value != 0xFFFD {
      guard let scalar = Unicode.Scalar(value), scalar.properties.lowercaseMapping != String(scalar) else {
        continue
      }
      let small = Array(scalar.properties.lowercaseMapping.utf8)
      let ids = tokenizer.encode(String(scalar), addSpecialTokens: false)
      #expect(ids == small.map { Int($0) }, "U+\(String(value, radix: 16))")
    }
    #expect(tokenizer.encode("ẞß ΣΑΣ x", addSpecialTokens: false) == Array("ßß σασ x".utf8).map { Int($0) })
  }

  /// A vocabulary of byte tokens: ids are bytes.
  private static let bytes: JSON = {
    let digits = Array("0123456789ABCDEF")
    let members = (0..<256).map { ("<0x\(digits[$0 >> 4])\(digits[$0 & 15])>", JSON.int($0)) }
    return [
      "type": "BPE", "vocab": .object(JSONObject(uniqueKeysWithValues: members)), "merges": [],
      "byte_fallback": true, "unk_token": nil, "fuse_unk": false,
    ]
  }()
}

@Suite("Patterns for the extension's engine")
struct RegexTextTests {
  @Test(arguments: [
    (#"\s+$"#, #"(?m)\s+$"#), (#"\h\u4e00"#, #"[0-9A-Fa-f]\x{4e00}"#), (#"[^\r\n\h]"#, #"[^\r\n0-9A-Fa-f]"#),
    (#"a{2}b"#, #"a{2}b"#), (#"[[:alpha:]]"#, #"[[:alpha:]]"#),
    (#"[\p{L}&&[^\p{Han}]]+"#, #"(?:(?![\p{Han}])[\p{L}])+"#), (#"[^(\s|[.,])]+"#, #"[^(\s|.,)]+"#),
  ])
  func translated(_ regex: String, _ expected: String) throws {
    let json = IRFixtures.small([
      "pre_tokenizer": ["type": "Split", "pattern": ["Regex": .string(regex)], "behavior": "Isolated"]
    ])
    let ir = try TokenizerIR(Tokenizer(json: json))
    let bin = String(decoding: ir.tokenizer.bin, as: UTF8.self)
    #expect(bin.contains(expected))
  }

  @Test func intervalsDoNotBecomePossessive() {
    let json = IRFixtures.small([
      "pre_tokenizer": ["type": "Split", "pattern": ["Regex": "a{1,3}+"], "behavior": "Isolated"]
    ])
    #expect(throws: TokenizerIRError.self) { try TokenizerIR(Tokenizer(json: json)) }
  }
}
