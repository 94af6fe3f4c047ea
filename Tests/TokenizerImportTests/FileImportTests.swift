import Foundation
import JSON
import Testing
import Tokenization

@Suite("Tokenizers from vocabulary files")
struct FileImportTests {
  static let llamaConfig: JSON = ["tokenizer_class": "LlamaTokenizer", "add_bos_token": true]

  @Test func sentencePieceIsExact() throws {
    let model = try ImportFixtures.bytes("importers/mistral-v1.model")
    let json = try TokenizerImporter.fromSentencePiece(model, config: Self.llamaConfig)
    let expected = try ImportFixtures.tokenizerJSON("mistral-v1")
    for section in ["normalizer", "pre_tokenizer", "post_processor", "decoder", "added_tokens"] {
      #expect(json[section] == expected[section], "\(section)")
    }
    #expect(json["model"]?["vocab"] == expected["model"]?["vocab"])
    #expect(json["model"]?["merges"]?.array?.count == expected["model"]?["merges"]?.array?.count)
    try ImportFixtures.check(json, against: "mistral-v1")
  }

  /// The pieces of the SentencePiece model as llama.cpp's converter writes them.
  @Test func sentencePieceInGGUFIsExact() throws {
    let model = try ImportFixtures.bytes("importers/mistral-v1.model")
    let json = try TokenizerImporter.fromSentencePiece(model)
    let tokens = try ImportFixtures.tokens(json)
    var vocabulary = GGUFVocabulary(model: "llama", tokens: tokens)
    // The scores of this model's pieces are the negated ranks after the 259 first; runs of spaces come last.
    vocabulary.scores = tokens.indices.map { id in
      if id < 259 { return 0 }
      let isSpaces = tokens[id].unicodeScalars.count > 1 && tokens[id].unicodeScalars.allSatisfy { $0 == "▁" }
      return isSpaces ? -1e9 : -Float(id - 259)
    }
    vocabulary.tokenTypes = tokens.indices.map { $0 == 0 ? 2 : $0 < 3 ? 3 : $0 < 259 ? 6 : 1 }
    try ImportFixtures.check(try TokenizerImporter.fromGGUF(vocabulary), against: "mistral-v1")
  }

  /// Models with other settings, against SentencePiece itself.
  @Test func sentencePieceSettingsAreHeeded() throws {
    let lines = try ImportFixtures.bytes("importers/sentencepiece.jsonl").split(separator: 10)
    #expect(lines.count == 8)
    for line in lines {
      let json = try JSON(parsing: line)
      let model = try #require(json["model"]?.string.flatMap { Data(base64Encoded: $0) })
      let tokenizer = try Tokenizer(json: try TokenizerImporter.fromSentencePiece(Array(model)))
      for item in json["cases"]?.array ?? [] {
        let text = item["text"]?.string ?? ""
        #expect(
          tokenizer.encode(text, addSpecialTokens: false) == item["ids"]?.array?.compactMap(\.int),
          "\(json["options"]?.serialized() ?? ""): \(text.debugDescription)")
      }
    }
  }

  @Test func vocabulariesKeepSpellingsApart() throws {
    let vocab: JSON = ["\u{e9}": 0, "e\u{301}": 1, "e": 2, "\u{301}": 3]
    let imported = try TokenizerImporter.fromVocabAndMerges(vocab: vocab, merges: "e \u{301}\n")
    #expect(imported["model"]?["vocab"]?.object?.count == 4)
    let tokenizer = try Tokenizer(json: imported)
    #expect(tokenizer.id(of: "\u{e9}") == 0 && tokenizer.id(of: "e\u{301}") == 1)
    var gguf = GGUFVocabulary(model: "llama", tokens: ["<unk>", "\u{e9}", "e\u{301}", "▁"])
    gguf.scores = [0, -1, -2, -3]
    let pieces = try Tokenizer(json: try TokenizerImporter.fromGGUF(gguf))
    #expect(pieces.id(of: "\u{e9}") == 1 && pieces.id(of: "e\u{301}") == 2)
  }

  @Test func spacesAfterWordsAreRefused() {
    // A piece, and a trainer's field 24 (treat_whitespace_as_suffix) that is true.
    let model: [UInt8] = [0x0A, 0x03, 0x0A, 0x01, 0x61, 0x12, 0x03, 0xC0, 0x01, 0x01]
    #expect {
      try TokenizerImporter.fromSentencePiece(model)
    } throws: {
      ($0 as? TokenizerError)?.code == .unsupported
    }
  }

  @Test func damagedSentencePieceModelsAreRefused() throws {
    let model = try ImportFixtures.bytes("importers/mistral-v1.model")
    for bytes in [[], [0], [0x0A, 0xFF], Array(model.prefix(1000)), [0x0B, 1]] as [[UInt8]] {
      #expect(throws: TokenizerError.self) { try TokenizerImporter.fromSentencePiece(bytes) }
    }
    #expect(throws: TokenizerError.self) {
      try TokenizerImporter.fromSentencePiece(model, config: ["tokenizer_class": "XLMRobertaTokenizer"])
    }
  }

  @Test func tiktokenIsExact() throws {
    let json = try ImportFixtures.tokenizerJSON("llama3")
    let bytesOf = Self.byteAlphabet()
    var lines = ""
    for (rank, token) in try ImportFixtures.tokens(json).prefix(128_000).enumerated() {
      let bytes = token.unicodeScalars.map { bytesOf[$0] ?? 0 }
      lines += "\(Data(bytes).base64EncodedString()) \(rank)\n"
    }
    let added = (json["added_tokens"]?.array ?? []).map { ("\($0["id"]?.int ?? 0)", $0) }
    let config: JSON = ["added_tokens_decoder": .object(JSONObject(uniqueKeysWithValues: added))]
    let imported = try TokenizerImporter.fromTiktoken(Array(lines.utf8), config: config)
    try ImportFixtures.check(imported, against: "llama3")
  }

  @Test func damagedTiktokenFilesAreRefused() {
    for text in ["", "IQ==", "IQ== x", "!!! 0", "IQ== 0\nIQ== 0", "IQ== 1"] {
      #expect(throws: TokenizerError.self, "\(text)") { try TokenizerImporter.fromTiktoken(Array(text.utf8)) }
    }
  }

  @Test func vocabAndMergesAreExact() throws {
    let json = try ImportFixtures.tokenizerJSON("smollm2")
    let added = (json["added_tokens"]?.array ?? []).map { ("\($0["id"]?.int ?? 0)", $0) }
    let config: JSON = [
      "tokenizer_class": "GPT2Tokenizer",
      "added_tokens_decoder": .object(JSONObject(uniqueKeysWithValues: added)),
    ]
    let merges = "#version: 0.2\n" + ImportFixtures.merges(json).joined(separator: "\n") + "\n"
    let vocab = try #require(json["model"]?["vocab"])
    let imported = try TokenizerImporter.fromVocabAndMerges(
      vocab: vocab, merges: merges, config: config, pre: "smollm")
    try ImportFixtures.check(imported, against: "smollm2")
    #expect(throws: TokenizerError.self) {
      try TokenizerImporter.fromVocabAndMerges(vocab: vocab, merges: "a\n")
    }
    #expect(throws: TokenizerError.self) {
      try TokenizerImporter.fromVocabAndMerges(
        vocab: vocab, merges: "", config: ["tokenizer_class": "CLIPTokenizer"])
    }
  }

  /// GPT-2's stand-ins: printable bytes are themselves, the others follow from U+0100.
  private static func byteAlphabet() -> [Unicode.Scalar: UInt8] {
    var next: UInt32 = 256
    var map: [Unicode.Scalar: UInt8] = [:]
    for byte in UInt8.min...UInt8.max {
      if (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174 {
        map[Unicode.Scalar(byte)] = byte
      } else {
        map[Unicode.Scalar(next) ?? " "] = byte
        next += 1
      }
    }
    return map
  }
}
