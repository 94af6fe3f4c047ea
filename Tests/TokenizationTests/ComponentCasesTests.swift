import JSON
import Testing
import Tokenization

/// Small tokenizers that use every component, equal to Hugging Face's tokenizers.
@Suite struct ComponentCasesTests {
  @Test func agreesWithTheReference() throws {
    let lines = try TokenizerFixtures.lines("components.jsonl")
    #expect(lines.count > 100)
    for line in lines {
      let name = line["name"]?.string ?? "?"
      let definition = try #require(line["tokenizer"])
      let tokenizer = try Tokenizer(contentsOf: Array(definition.serialized().utf8))
      for json in line["cases"]?.array ?? [] { try check(json, tokenizer, name) }
      for json in line["decodings"]?.array ?? [] { try checkDecoding(json, tokenizer, name) }
    }
  }

  /// The tables are read in two ways, which must come to the same.
  @Test func readsJSONLikeBytes() throws {
    for line in try TokenizerFixtures.lines("components.jsonl") {
      let definition = try #require(line["tokenizer"])
      let tokenizer = try Tokenizer(json: definition)
      for json in (line["cases"]?.array ?? []).prefix(3) {
        try check(json, tokenizer, line["name"]?.string ?? "?")
      }
    }
  }

  private func check(_ json: JSON, _ tokenizer: Tokenizer, _ name: String) throws {
    let text = try #require(json["text"]?.string)
    let ids = try #require(json["ids"]?.array).compactMap(\.int)
    #expect(tokenizer.encode(text, addSpecialTokens: false) == ids, "\(name): \(text.debugDescription)")
    let special = json["ids_special"]?.array?.compactMap(\.int) ?? ids
    #expect(tokenizer.encode(text) == special, "\(name): \(text.debugDescription)")
    #expect(tokenizer.pieces(of: text).map(\.id) == ids, "\(name), pieces: \(text.debugDescription)")
    try checkDecoding(json, tokenizer, name)
  }

  private func checkDecoding(_ json: JSON, _ tokenizer: Tokenizer, _ name: String) throws {
    guard let expected = json["decoded"]?.string, let skipped = json["decoded_skip"]?.string else { return }
    let ids = try #require(json["ids"]?.array).compactMap(\.int)
    let decoded = tokenizer.decode(ids, skipSpecialTokens: false)
    #expect(Array(decoded.utf8) == Array(expected.utf8), "\(name): \(ids)")
    #expect(Array(tokenizer.decode(ids).utf8) == Array(skipped.utf8), "\(name): \(ids)")
  }
}
