import Foundation
import JSON
import Testing
import Tokenization

/// The fixtures of tokenizers, and the vocabularies that other formats would hold of them.
enum ImportFixtures {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")

  static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: path)))
  }

  static func tokenizerJSON(_ name: String) throws -> JSON {
    try JSON(parsing: bytes("tokenizers/\(name)/tokenizer.json"))
  }

  /// Tokens by id, added ones included.
  static func tokens(_ json: JSON) throws -> [String] {
    var byID: [Int: String] = [:]
    for (token, id) in json["model"]?["vocab"]?.object ?? [:] { byID[id.int ?? -1] = token }
    for token in json["added_tokens"]?.array ?? [] { byID[token["id"]?.int ?? -1] = token["content"]?.string }
    let most = try #require(byID.keys.max())
    return (0...most).map { byID[$0] ?? "<|hole \($0)|>" }
  }

  static func merges(_ json: JSON) -> [String] {
    (json["model"]?["merges"]?.array ?? []).map { merge in
      merge.string ?? (merge.array ?? []).compactMap(\.string).joined(separator: " ")
    }
  }

  /// What llama.cpp's converter would write for a byte-level tokenizer.
  static func gguf(_ name: String, pre: String) throws -> GGUFVocabulary {
    let json = try tokenizerJSON(name)
    var vocabulary = GGUFVocabulary(model: "gpt2", tokens: try tokens(json))
    vocabulary.pre = pre
    vocabulary.merges = merges(json)
    var types = [Int](repeating: 1, count: vocabulary.tokens.count)
    for token in json["added_tokens"]?.array ?? [] { types[token["id"]?.int ?? 0] = 3 }
    vocabulary.tokenTypes = types
    vocabulary.addsBOS = false
    return vocabulary
  }

  /// A byte-level vocabulary of single bytes.
  static func smallGGUF(pre: String) -> GGUFVocabulary {
    var next: UInt32 = 256
    let tokens = (UInt32(0)..<256).map { byte in
      let isPrintable = (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174
      if !isPrintable { next += 1 }
      return Unicode.Scalar(isPrintable ? byte : next - 1).map { String($0) } ?? ""
    }
    var vocabulary = GGUFVocabulary(model: "gpt2", tokens: tokens)
    vocabulary.pre = pre
    vocabulary.merges = []
    return vocabulary
  }

  /// Checks the cases that HF tokenizers wrote for the fixture.
  static func check(_ json: JSON, against name: String) throws {
    let tokenizer = try Tokenizer(json: json)
    let lines = try bytes("tokenizers/cases/\(name).jsonl").split(separator: 10)
    #expect(lines.count > 300)
    // Every case of the whole vocabulary is the business of Tokenization's tests; here each third will do.
    for line in lines.enumerated().filter({ $0.offset.isMultiple(of: 3) }).map(\.element) {
      let example = try JSON(parsing: line)
      let text = try #require(example["text"]?.string)
      let ids = (example["ids"]?.array ?? []).compactMap(\.int)
      let special = (example["ids_special"]?.array ?? []).compactMap(\.int)
      #expect(tokenizer.encode(text, addSpecialTokens: false) == ids, "\(name): \(text.debugDescription)")
      #expect(tokenizer.encode(text) == special, "\(name): \(text.debugDescription)")
      let decoded = tokenizer.decode(ids, skipSpecialTokens: false)
      #expect(Array(decoded.utf8) == Array((example["decoded"]?.string ?? "").utf8))
    }
  }
}
