import JSON
import Testing
import Tokenization

@Suite("Tokenizers from GGUF")
struct GGUFImportTests {
  @Test func smolLM2IsExact() throws {
    let json = try TokenizerImporter.fromGGUF(ImportFixtures.gguf("smollm2", pre: "smollm"))
    #expect(json["pre_tokenizer"]?["pretokenizers"]?[0]?["type"]?.string == "Digits")
    try ImportFixtures.check(json, against: "smollm2")
  }

  @Test func llama3AddsItsBeginTokenByDefault() throws {
    var vocabulary = ImportFixtures.smallGGUF(pre: "llama-bpe")
    vocabulary.bos = 7
    let tokenizer = try Tokenizer(json: try TokenizerImporter.fromGGUF(vocabulary))
    #expect(tokenizer.encode("Hi").first == 7)
  }

  @Test func bertIsExact() throws {
    let json = try ImportFixtures.tokenizerJSON("minilm")
    let special = Set((json["added_tokens"]?.array ?? []).compactMap { $0["content"]?.string })
    var types: [Int] = []
    let tokens = try ImportFixtures.tokens(json).map { token in
      types.append(special.contains(token) || token.hasPrefix("[unused") ? 3 : 1)
      if types.last == 3 { return token }
      return token.hasPrefix("##") && token.count > 2 ? String(token.dropFirst(2)) : "▁" + token
    }
    var vocabulary = GGUFVocabulary(model: "bert", tokens: tokens)
    vocabulary.tokenTypes = types
    vocabulary.bos = 101
    vocabulary.eos = 102
    vocabulary.unknown = 100
    try ImportFixtures.check(try TokenizerImporter.fromGGUF(vocabulary), against: "minilm")
  }

  @Test(arguments: [
    "llama-bpe", "qwen2", "deepseek-llm", "deepseek-coder", "deepseek-v3", "gpt-4o", "tekken", "falcon",
    "bloom",
  ])
  func everyKindOfSplitLosesNothing(_ pre: String) throws {
    let tokenizer = try Tokenizer(json: try TokenizerImporter.fromGGUF(ImportFixtures.smallGGUF(pre: pre)))
    let text = "Hello, World's 1234 Straße 漢字 \n\n end"
    let ids = tokenizer.encode(text, addSpecialTokens: false)
    #expect(Array(tokenizer.decode(ids).utf8) == Array(text.utf8))
  }

  @Test(arguments: [
    "gpt-2", "smollm", "starcoder", "deepseek-r1-qwen", "command-r", "olmo", "dbrx", "stablelm2", "refact",
    "smaug-bpe",
    "phi-2", "jina-v2-es", "viking", "seed-coder", "bailingmoe", "kimi-k2", "qwen35", "mpt", "exaone",
  ])
  func otherNamesAreKnown(_ pre: String) throws {
    let json = try TokenizerImporter.fromGGUF(ImportFixtures.smallGGUF(pre: pre))
    #expect(json["pre_tokenizer"]?["type"] != nil)
  }

  @Test func unknownNamesAreRefused() throws {
    let error = #expect(throws: TokenizerError.self) {
      try TokenizerImporter.fromGGUF(ImportFixtures.smallGGUF(pre: "nonsense"))
    }
    #expect(error?.message.contains("nonsense") == true)
    #expect(throws: TokenizerError.self) {
      try TokenizerImporter.fromGGUF(GGUFVocabulary(model: "rwkv", tokens: ["a"]))
    }
    #expect(throws: TokenizerError.self) {
      try TokenizerImporter.fromGGUF(GGUFVocabulary(model: "gpt2", tokens: []))
    }
  }

  /// The cuts of HF tokenizers with the expressions that llama.cpp lists for each name.
  @Test func everyNameCutsLikeItsExpressions() throws {
    let lines = try ImportFixtures.bytes("importers/gguf_pre.jsonl").split(separator: 10).map {
      try JSON(parsing: $0)
    }
    #expect(lines.count > 30)
    for line in lines {
      let pre = try #require(line["pre"]?.string)
      let tokenizer = try Tokenizer(json: try TokenizerImporter.fromGGUF(ImportFixtures.smallGGUF(pre: pre)))
      let preTokenizer = try #require(tokenizer.definition.preTokenizer)
      for example in line["cases"]?.array ?? [] {
        let source = try #require(example["text"]?.string)
        var text = PreTokenizedText(NormalizedText(source))
        preTokenizer.apply(to: &text)
        let pieces = text.pieces.map { [$0.lowerBound, $0.upperBound] }
        let expected = (example["pieces"]?.array ?? []).map { ($0.array ?? []).compactMap(\.int) }
        #expect(pieces == expected, "\(pre): \(source.debugDescription)")
      }
    }
  }

  @Test func noNameIsTheDefault() throws {
    var without = ImportFixtures.smallGGUF(pre: "")
    without.pre = nil
    let named = try TokenizerImporter.fromGGUF(ImportFixtures.smallGGUF(pre: "default"))
    #expect(try TokenizerImporter.fromGGUF(without)["pre_tokenizer"] == named["pre_tokenizer"])
  }

  /// Files in use have them: a control token is meant before a normal one, else the last.
  @Test func tokensTwiceOrWithoutTextAreRead() throws {
    var vocabulary = ImportFixtures.smallGGUF(pre: "gpt-2")
    let count = vocabulary.tokens.count
    vocabulary.tokens += ["<|im_end|>", "ab", "", "ab", "<|im_end|>", "", "<|im_end|>"]
    vocabulary.tokenTypes = [Int](repeating: 1, count: count) + [3, 1, 1, 1, 1, 1, 3]
    vocabulary.merges = ["a b"]
    let tokenizer = try Tokenizer(json: try TokenizerImporter.fromGGUF(vocabulary))
    #expect(tokenizer.encode("ab<|im_end|>", addSpecialTokens: false) == [count + 3, count + 6])
    #expect(tokenizer.specialTokenIDs == [count + 6])
    #expect(tokenizer.decode([count + 3, count + 2, count + 6], skipSpecialTokens: false) == "ab<|im_end|>")
  }

  /// Gemma 4's model: pieces with `▁` for spaces, merges, no space in front.
  @Test(arguments: [("gemma4", nil), ("gpt2", "gemma4"), ("gpt2", "sarvam-moe")] as [(String, String?)])
  func piecesWithMerges(_ model: String, _ pre: String?) throws {
    let bytes = (0..<256).map {
      "<0x" + (String($0, radix: 16, uppercase: true).count < 2 ? "0" : "")
        + String($0, radix: 16, uppercase: true) + ">"
    }
    var vocabulary = GGUFVocabulary(
      model: model, tokens: ["<unk>", "<bos>"] + bytes + ["▁", "a", "b", "▁a", "▁ab", "\n", "\n\n"])
    vocabulary.pre = pre
    vocabulary.tokenTypes = [2, 3] + [Int](repeating: 6, count: 256) + [Int](repeating: 1, count: 7)
    vocabulary.merges = ["▁ a", "▁a b", "\n \n"]
    vocabulary.bos = 1
    let tokenizer = try Tokenizer(json: try TokenizerImporter.fromGGUF(vocabulary))
    #expect(tokenizer.encode("a ab\n\né") == [259, 262, 264, 2 + 0xC3, 2 + 0xA9])
    #expect(tokenizer.decode([259, 262, 264, 2 + 0xC3, 2 + 0xA9]) == "a ab\n\né")
  }

  @Test func damagedVocabulariesAreRefused() throws {
    var merges = ImportFixtures.smallGGUF(pre: "smollm")
    merges.merges = ["ab"]
    #expect(throws: TokenizerError.self) { try TokenizerImporter.fromGGUF(merges) }
  }
}
