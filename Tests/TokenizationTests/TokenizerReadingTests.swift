import JSON
import Testing
import Tokenization

/// What a `tokenizer.json` may be, and what is refused.
@Suite struct TokenizerReadingTests {
  private static let model = #""model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "a": 1}}"#

  private func read(_ members: String) throws -> Tokenizer {
    try Tokenizer(contentsOf: Array("{\(members)}".utf8))
  }

  @Test(arguments: [
    (#""normalizer": {"type": "Shout"}, "#, "normalizer is a 'Shout'"),
    (
      #""pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Whitespace"}, {"type": "Cut"}]}, "#,
      "pre_tokenizer.pretokenizers[1] is a 'Cut'"
    ),
    (#""post_processor": {"type": "Wrap"}, "#, "post_processor is a 'Wrap'"),
    (#""decoder": {"type": "Undo"}, "#, "decoder is a 'Undo'"),
    (#""version": "2.0", "#, "version '2.0'"),
  ])
  func refusesUnknownComponentsByName(members: String, message: String) {
    #expect {
      try read(members + Self.model)
    } throws: { error in
      let error = error as? TokenizerError
      return error?.code == .unsupported && error?.message.contains(message) == true
    }
  }

  @Test func refusesUnknownModels() {
    #expect {
      try read(#""model": {"type": "Oracle", "vocab": {"a": 0}}"#)
    } throws: {
      ($0 as? TokenizerError)?.message == "model is a 'Oracle', a component that is not known"
    }
  }

  @Test(arguments: [
    ("", TokenizerError.Code.malformed), ("{", .malformed), ("[]", .malformed), ("{}", .malformed),
    (#"{"model": {"type": "BPE", "vocab": {"a": 0}}}"#, .malformed),
    (#"{"model": {"type": "BPE", "merges": []}}"#, .malformed),
    (#"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b c"]}}"#, .malformed),
    (#"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a"]]}}"#, .malformed),
    (#"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}}"#, .inconsistent),
    (#"{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}"#, .malformed),
    (#"{"model": {"type": "BPE", "vocab": {"a": 2000000000}, "merges": []}}"#, .inconsistent),
    (#"{"model": {"type": "BPE", "vocab": {"a": 99999999999999999999}, "merges": []}}"#, .malformed),
    (#"{"model": {"type": "Unigram", "unk_id": 7, "vocab": [["a", 0.5]]}}"#, .inconsistent),
    (#"{"model": {"type": "Unigram", "vocab": [["a", "b"]]}}"#, .malformed),
    (#"{"model": {"type": "WordPiece", "vocab": {"a": 0}}}"#, .malformed),
    (
      #"{"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "("}, "behavior": "Removed"}, "#
        + #""model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0}}}"#, .unsupported
    ),
    (
      #"{"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"}, "#
        + #""model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0}}}"#, .malformed
    ),
  ])
  func refusesWhatIsNoTokenizer(text: String, code: TokenizerError.Code) {
    #expect { try Tokenizer(contentsOf: Array(text.utf8)) } throws: { ($0 as? TokenizerError)?.code == code }
  }

  @Test func survivesDamage() throws {
    let bytes = try TokenizerFixtures.bytes("components.jsonl").prefix(20_000)
    let line = Array(bytes.split(separator: UInt8(ascii: "\n"))[0])
    var generator = SplitMix(state: 3)
    for _ in 0..<100 {
      var damaged = line
      for _ in 0..<3 {
        damaged[Int.random(in: 0..<damaged.count, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      _ = try? Tokenizer(
        contentsOf: Array(damaged.prefix(Int.random(in: 1...damaged.count, using: &generator))))
    }
  }

  @Test func keepsTokensApartThatLookTheSame() throws {
    let vocabulary = #"{"?": 0, "\u00e9": 1, "e\u0301": 2, "\ud83d\ude00": 3, "\"\\": 4}"#
    let text = #"{"model": {"type": "WordLevel", "unk_token": "?", "vocab": \#(vocabulary)}}"#
    let tokenizer = try Tokenizer(contentsOf: Array(text.utf8))
    #expect(tokenizer.vocabularySize == 5)
    #expect(tokenizer.encode("\u{e9}") == [1])
    #expect(tokenizer.encode("e\u{301}") == [2])
    #expect(tokenizer.encode("😀") == [3])
    #expect(tokenizer.id(of: "\"\\") == 4)
  }

  @Test func keepsThemApartInJSONToo() throws {
    let vocabulary: JSON = ["?": 0, "\u{e9}": 1, "e\u{301}": 2]
    let json: JSON = ["model": ["type": "WordLevel", "unk_token": "?", "vocab": vocabulary]]
    #expect(try Tokenizer(json: json).encode("e\u{301}") == [2])
    let text = json.serialized()
    #expect(text.hasSuffix("{\"?\":0,\"\u{e9}\":1,\"e\u{301}\":2}}}"))
    #expect(try Tokenizer(contentsOf: Array(text.utf8)).encode("\u{e9}") == [1])
  }

  @Test func knowsItsVocabulary() throws {
    let tokenizer = try TokenizerFixtures.tokenizer("llama3")
    #expect(tokenizer.vocabularySize == 128_010)
    #expect(tokenizer.token(of: 128_000) == "<|begin_of_text|>")
    #expect(tokenizer.id(of: "<|begin_of_text|>") == 128_000)
    #expect(tokenizer.token(of: 220) == "Ġ")
    #expect(tokenizer.token(of: 1_000_000) == nil)
    #expect(tokenizer.id(of: "no such token") == nil)
    #expect(tokenizer.specialTokenIDs.contains(128_001))
    #expect(tokenizer.decode([-1, 1_000_000, 9906]) == "Hello")
  }

  @Test func readsTruncationAndPadding() throws {
    let definition = try TokenizerFixtures.tokenizer("minilm").definition
    #expect(definition.truncation?.maximumLength == 128)
    #expect(definition.padding?.fixedLength == 128)
  }

  @Test func saysWhereAFileIsMissing() {
    #expect { try Tokenizer.load(folder: "/nonexistent") } throws: {
      ($0 as? TokenizerError)?.code == .unreadable
    }
  }
}
