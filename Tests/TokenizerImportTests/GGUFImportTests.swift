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
    for pre in ["nonsense", nil, "default"] {
      var vocabulary = ImportFixtures.smallGGUF(pre: "")
      vocabulary.pre = pre
      let error = #expect(throws: TokenizerError.self) { try TokenizerImporter.fromGGUF(vocabulary) }
      #expect(error?.message.contains(pre ?? "(none)") == true)
    }
    #expect(throws: TokenizerError.self) {
      try TokenizerImporter.fromGGUF(GGUFVocabulary(model: "rwkv", tokens: ["a"]))
    }
    #expect(throws: TokenizerError.self) {
      try TokenizerImporter.fromGGUF(GGUFVocabulary(model: "gpt2", tokens: []))
    }
  }

  @Test func damagedVocabulariesAreRefused() throws {
    var twice = ImportFixtures.smallGGUF(pre: "smollm")
    twice.tokens[20] = twice.tokens[21]
    #expect(throws: TokenizerError.self) { try TokenizerImporter.fromGGUF(twice) }
    var merges = ImportFixtures.smallGGUF(pre: "smollm")
    merges.merges = ["ab"]
    #expect(throws: TokenizerError.self) { try TokenizerImporter.fromGGUF(merges) }
  }
}
