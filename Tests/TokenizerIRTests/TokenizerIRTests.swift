import Foundation
import JSON
import Testing
import TokenizerIR
import Tokenization

enum IRFixtures {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")
  static let names = ["smollm2", "llama3", "minilm", "mistral-v1", "unigram"]

  static func tokenizer(_ name: String) throws -> JSON {
    try JSON(parsing: try Data(contentsOf: folder.appending(path: "tokenizers/\(name)/tokenizer.json")))
  }

  /// A byte-level tokenizer of 256 tokens with one change.
  static func small(_ changes: [String: JSON] = [:]) -> JSON {
    var vocabulary: [String: Int] = [:]
    for byte in 0..<256 { vocabulary["<\(byte)>"] = byte }
    let members = vocabulary.sorted { $0.value < $1.value }.map { ($0.key, JSON.int($0.value)) }
    var json: JSONObject = [
      "added_tokens": [["id": 256, "content": "<s>", "special": true, "lstrip": false, "rstrip": false]],
      "normalizer": nil, "pre_tokenizer": nil, "post_processor": nil, "decoder": nil,
      "model": ["type": "BPE", "vocab": .object(JSONObject(uniqueKeysWithValues: members)), "merges": []],
    ]
    for (key, value) in changes { json[key] = value }
    return .object(json)
  }
}

@Suite("Tokenizer IR")
struct TokenizerIRTests {
  /// Runs of spaces are tokens of their own, and the normalizer leaves the model none: merges of them must not be there.
  @Test func mergesOfWhatTheModelNeverSeesAreLeftOut() throws {
    let model: JSON = [
      "type": "BPE", "vocab": [" ": 0, "  ": 1, "   ": 2, "a": 3, "b": 4, "ab": 5],
      "merges": [[" ", " "], ["  ", " "], ["a", "b"]],
    ]
    let space: JSON = ["type": "Replace", "pattern": ["String": " "], "content": "_"]
    func bin(_ normalizer: JSON) throws -> Int {
      let json = IRFixtures.small([
        "added_tokens": [["id": 2, "content": "   ", "special": false, "normalized": false]],
        "normalizer": normalizer, "model": model,
      ])
      return try TokenizerIR(Tokenizer(json: json)).tokenizer.bin.count
    }
    let rule = try bin(space)
    let other = try bin(["type": "Replace", "pattern": ["String": "x"], "content": "_"])
    // The merge of the first two parts stays, that of the token goes: two begins and ends, and three characters.
    #expect(rule < other)
  }

  /// Every edge joins ports that exist and every constant lies in the file.
  @Test(arguments: ["smollm2", "minilm", "mistral-v1", "unigram"])
  func documentsAreWhole(_ name: String) throws {
    let ir = try TokenizerIR(Tokenizer(json: IRFixtures.tokenizer(name)))
    for model in [ir.tokenizer, ir.detokenizer] {
      var ports: Set<String> = []
      var layer = ""
      for line in model.xml.split(separator: "\n") {
        if let id = value("layer id", line) { layer = id }
        if let port = value("port id", line) { ports.insert("\(layer):\(port)") }
        if let offset = value("offset", line).flatMap({ Int($0) }),
          let size = value("size", line).flatMap({ Int($0) })
        {
          #expect(offset + size <= model.bin.count)
        }
        if let from = value("from-layer", line), let to = value("to-layer", line) {
          #expect(ports.contains("\(from):\(value("from-port", line) ?? "")"))
          #expect(ports.contains("\(to):\(value("to-port", line) ?? "")"))
          #expect((Int(from) ?? 0) < (Int(to) ?? 0))
        }
      }
    }
    #expect(ir.tokenizer.xml.contains("output_names=\"attention_mask\""))
    #expect(ir.detokenizer.xml.contains("name=\"VocabDecoder"))
  }

  private func value(_ attribute: String, _ line: Substring) -> String? {
    guard let start = line.range(of: attribute + "=\"")?.upperBound else { return nil }
    return line[start...].firstIndex(of: "\"").map { String(line[start..<$0]) }
  }

  @Test func notesTellWhatRuntimesLookFor() throws {
    let config: JSON = [
      "bos_token": "<s>", "eos_token": ["content": "<s>"], "chat_template": "{{ \"a\" }}\n<b>&",
      "padding_side": "left",
    ]
    let ir = try TokenizerIR(Tokenizer(json: IRFixtures.small()), config: config)
    for note in [
      "<bos_token_id value=\"256\"/>", "<eos_token_id value=\"256\"/>", "<pad_token_id value=\"256\"/>",
      "<chat_template value=\"{{ &quot;a&quot; }}&#10;&lt;b&gt;&amp;\"/>",
      "<openvino_tokenizers_version value=\"\(TokenizerIR.extensionVersion)\"/>",
    ] {
      #expect(ir.tokenizer.xml.contains(note), "\(note)")
    }
    #expect(ir.tokenizer.xml.contains("pad_right=\"false\""))
  }

  @Test(
    arguments: [
      ["normalizer": ["type": "Nmt"]], ["pre_tokenizer": ["type": "UnicodeScripts"]],
      ["pre_tokenizer": ["type": "Split", "pattern": ["Regex": "[a-z&&b]"], "behavior": "Isolated"]],
      ["pre_tokenizer": ["type": "FixedLength", "length": 3]],
      ["decoder": ["type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": true]],
      ["model": ["type": "WordLevel", "vocab": ["a": 0], "unk_token": "a"]],
    ] as [[String: JSON]])
  func whatHasNoOperationIsRefused(_ change: [String: JSON]) throws {
    let tokenizer = try Tokenizer(json: IRFixtures.small(change))
    #expect(throws: TokenizerIRError.self) { try TokenizerIR(tokenizer) }
  }

  /// A second, lax reading of these once took the ids for places in tables, and the texts for whole numbers.
  @Test(
    arguments: [
      ["added_tokens": [["id": 2_147_483_647, "content": "<s>", "special": true]]],
      ["added_tokens": [["id": 16_777_215, "content": "<a>"], ["id": 3, "content": "<a>"]]],
    ] as [[String: JSON]])
  func idsOfTheFileAreNoPlaces(_ change: [String: JSON]) throws {
    let ir = try TokenizerIR(Tokenizer(json: IRFixtures.small(change)))
    #expect(ir.detokenizer.bin.count < 10_000)
  }

  @Test(
    arguments: [
      ["added_tokens": [["id": -1, "content": "<s>"]]], ["model": nil],
      ["pre_tokenizer": ["type": "Split", "pattern": [], "behavior": "Isolated"]],
      ["pre_tokenizer": ["type": "Split", "pattern": ["String": "a"], "behavior": "Odd"]],
      ["model": ["type": "BPE", "vocab": [:], "merges": ["a"]]],
      ["model": ["type": "BPE", "vocab": ["a": 2_147_483_647], "merges": []]],
      ["post_processor": ["type": "BertProcessing", "cls": ["a", -5], "sep": ["b", 1]]],
    ] as [[String: JSON]])
  func damagedDefinitionsAreRefused(_ change: [String: JSON]) {
    #expect(throws: TokenizerError.self) { try Tokenizer(json: IRFixtures.small(change)) }
  }

  private static let exportFolder = ProcessInfo.processInfo.environment["OVEN_TOKENIZER_IR_OUT"]

  /// For `Tests/Peers/tokenizer_ir.py`, which runs them: writes the models of the fixtures where it is told.
  @Test(.enabled(if: exportFolder != nil, "OVEN_TOKENIZER_IR_OUT names no folder")) func exportsForPeers()
    throws
  {
    let target = try #require(Self.exportFolder)
    for name in IRFixtures.names {
      let ir = try TokenizerIR(Tokenizer(json: IRFixtures.tokenizer(name)))
      let folder = URL(filePath: target).appending(path: name)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for (stem, model) in [("tokenizer", ir.tokenizer), ("detokenizer", ir.detokenizer)] {
        try Data(model.xml.utf8).write(to: folder.appending(path: "openvino_\(stem).xml"))
        try Data(model.bin).write(to: folder.appending(path: "openvino_\(stem).bin"))
      }
    }
  }
}
