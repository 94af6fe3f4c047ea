import Foundation
import JSON
import Testing
import Tokenization

@Suite("Tokens beside tokenizer.json")
struct SidecarTests {
  /// The ids, and the texts without special tokens, that transformers gives for the same folders.
  @Test func agreesWithTransformers() throws {
    let lines = try TokenizerFixtures.lines("sidecars.jsonl")
    #expect(lines.count > 30)
    for line in lines {
      let name = line["name"]?.string ?? "?"
      func file(_ key: String) -> JSON? {
        guard let content = line[key], !content.isNull else { return nil }
        return content
      }
      let sidecars = TokenizerSidecars(
        config: file("config"), addedTokens: file("added_tokens"),
        specialTokensMap: file("special_tokens_map"))
      let tokenizer = try Tokenizer(json: try #require(line["tokenizer"]), beside: sidecars)
      for example in line["cases"]?.array ?? [] {
        let text = try #require(example["text"]?.string)
        let ids = (example["ids"]?.array ?? []).compactMap(\.int)
        #expect(tokenizer.encode(text, addSpecialTokens: false) == ids, "\(name): \(text.debugDescription)")
        let special = (example["ids_special"]?.array ?? []).compactMap(\.int)
        #expect(tokenizer.encode(text) == special, "\(name): \(text.debugDescription)")
        let skipped = try #require(example["skipped"]?.string)
        #expect(Array(tokenizer.decode(ids).utf8) == Array(skipped.utf8), "\(name): \(text.debugDescription)")
      }
    }
  }

  @Test func aFolderIsReadWhole() throws {
    let line = try #require(
      try TokenizerFixtures.lines("sidecars.jsonl").first { $0["name"] == "added_tokens.json" })
    let folder = URL.temporaryDirectory.appending(path: "oven-sidecars-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (key, name) in [
      ("tokenizer", "tokenizer.json"), ("config", "tokenizer_config.json"),
      ("added_tokens", "added_tokens.json"),
    ] {
      try Data(try #require(line[key]).serialized().utf8).write(to: folder.appending(path: name))
    }
    #expect(try Tokenizer.load(folder: folder.path).id(of: "<|new|>") == 260)
    try Data("[]".utf8).write(to: folder.appending(path: "added_tokens.json"))
    #expect { try Tokenizer.load(folder: folder.path) } throws: {
      ($0 as? TokenizerError)?.code == .malformed
    }
    try Data("{".utf8).write(to: folder.appending(path: "tokenizer_config.json"))
    #expect { try Tokenizer.load(folder: folder.path) } throws: {
      ($0 as? TokenizerError)?.code == .malformed
    }
  }

  @Test(
    "files that lie are refused",
    arguments: [
      (["added_tokens_decoder": ["-1": ["content": "a"]]], nil),
      (["added_tokens_decoder": ["x": ["content": "a"]]], nil),
      (["added_tokens_decoder": ["9": ["content": 5]]], nil),
      (["added_tokens_decoder": ["9": ["lstrip": true]]], nil),
      (["added_tokens_decoder": ["9": "a"]], nil), ([:], ["a": -1]), ([:], ["a": 2_147_483_648]),
      ([:], ["a": "b"]),
    ] as [(JSON, JSON?)])
  func refused(config: JSON, added: JSON?) throws {
    let tokenizer: JSON = ["model": ["type": "BPE", "vocab": ["a": 0], "merges": []]]
    #expect(throws: TokenizerError.self) {
      try Tokenizer(json: tokenizer, beside: TokenizerSidecars(config: config, addedTokens: added))
    }
  }
}

@Suite("Post-processors in a row")
struct FrameTests {
  private func tokenizer(_ processor: JSON) throws -> Tokenizer {
    try Tokenizer(json: [
      "model": ["type": "BPE", "vocab": ["a": 0], "merges": []], "post_processor": processor,
    ])
  }

  private func template(copies: Int, ids: [JSON] = [1]) -> JSON {
    let text: JSON = ["Sequence": ["id": "A", "type_id": 0]]
    let token: JSON = ["SpecialToken": ["id": "s", "type_id": 0]]
    return [
      "type": "TemplateProcessing", "single": .array([token] + Array(repeating: text, count: copies)),
      "pair": [text],
      "special_tokens": ["s": ["id": "s", "ids": .array(ids), "tokens": ["s"]]],
    ]
  }

  /// Each doubles the text, so that forty of them made 2^40 parts.
  @Test func multiplyingIsRefused() {
    let processor: JSON = [
      "type": "Sequence", "processors": .array(Array(repeating: template(copies: 2), count: 40)),
    ]
    #expect { try tokenizer(processor) } throws: { ($0 as? TokenizerError)?.code == .unsupported }
    let wide: JSON = [
      "type": "Sequence", "processors": .array(Array(repeating: template(copies: 50_000), count: 3)),
    ]
    #expect { try tokenizer(wide) } throws: { ($0 as? TokenizerError)?.code == .unsupported }
  }

  @Test func aFewAreFine() throws {
    let processor: JSON = ["type": "Sequence", "processors": [template(copies: 1), template(copies: 1)]]
    #expect(try tokenizer(processor).encode("a").contains(0))
  }

  @Test(arguments: [-1, 2_147_483_648, 4_294_967_296] as [JSON])
  func idsBeyondTheirTypeAreRefused(_ id: JSON) {
    #expect(throws: TokenizerError.self) { try tokenizer(template(copies: 1, ids: [id])) }
    #expect(throws: TokenizerError.self) {
      try tokenizer([
        "type": "RobertaProcessing", "cls": ["a", id], "sep": ["b", 1], "trim_offsets": true,
        "add_prefix_space": true,
      ])
    }
  }
}
