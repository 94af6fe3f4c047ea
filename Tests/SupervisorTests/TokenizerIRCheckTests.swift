import Foundation
import JSON
import OpenVINO
import Supervisor
import Testing
import TokenizerIR
import Tokenization

@Suite("Trying a bake's tokenizer")
struct TokenizerIRCheckTests {
  /// Letters, a space and a special token, all known to both sides.
  private static let tokenizer: JSON = [
    "version": "1.0",
    "added_tokens": [
      [
        "id": 0, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false,
        "special": true,
      ]
    ],
    "normalizer": nil, "pre_tokenizer": nil, "post_processor": nil,
    "decoder": ["type": "Sequence", "decoders": [["type": "ByteFallback"], ["type": "Fuse"]]],
    "model": [
      "type": "BPE", "dropout": nil, "unk_token": nil, "continuing_subword_prefix": nil,
      "end_of_word_suffix": nil, "fuse_unk": false, "byte_fallback": true, "ignore_merges": false,
      "vocab": ["<s>": 0, "a": 1, "b": 2, "ab": 3, " ": 4], "merges": ["a b"],
    ],
  ]

  /// A folder with models of one tokenizer and the `tokenizer.json` of the same or another.
  private func folder(_ own: JSON, models: JSON) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let ir = try TokenizerIR(Tokenizer(json: models))
    try folder.write(own.serialized(), to: "tokenizer.json")
    for (name, model) in [("tokenizer", ir.tokenizer), ("detokenizer", ir.detokenizer)] {
      try folder.write(model.xml, to: "openvino_\(name).xml")
      try Data(model.bin).write(to: URL(filePath: "\(folder.path)/openvino_\(name).bin"))
    }
    return folder
  }

  /// The library of the operations, which nothing else needs.
  private static let library = try? TokenizersExtension(runtime: OpenVINORuntime.shared())

  @Test(.enabled(if: library != nil, "openvino-tokenizers is not installed")) func countsWhatDiffers() throws
  {
    let runtime = try OpenVINORuntime.shared()
    let library = try #require(Self.library)
    let same = try folder(Self.tokenizer, models: Self.tokenizer)
    #expect(TokenizerIRCheck.applies(to: URL(filePath: same.path)))
    let texts = ["ab", "ba ab", " a", "<s>a<s>"]
    let agreement = try TokenizerIRCheck(folder: URL(filePath: same.path), library, runtime: runtime).run(
      texts)
    #expect(agreement.agrees && agreement.cases > texts.count && agreement.note == nil)
    #expect(agreement.json["ids_differ"] == 0)

    var model = try #require(Self.tokenizer["model"]?.object)
    model["merges"] = []
    var changed = try #require(Self.tokenizer.object)
    changed["model"] = .object(model)
    let other = try folder(.object(changed), models: Self.tokenizer)
    let outcome = try TokenizerIRCheck(folder: URL(filePath: other.path), library, runtime: runtime).run(
      texts)
    #expect(outcome.idsDiffer >= 2 && outcome.decodedDiffer == 0)
    let example = try #require(outcome.examples.first)
    #expect(example.text == "ab" && example.expected == [1, 2] && example.found == [3])
    #expect(outcome.note?.contains("other ids for \(outcome.idsDiffer)") == true)
    #expect(outcome.json["examples"]?[0]?["text"] == "ab")
  }

  @Test func foldersWithoutModelsHaveNothingToTry() throws {
    #expect(!TokenizerIRCheck.applies(to: URL(filePath: try TemporaryFolder().path)))
  }

  @Test func looksForTheLibraryBesideTheRuntime() throws {
    let root = try TemporaryFolder()
    let name = TokenizersExtension.fileName
    for path in ["openvino/libs", "openvino_tokenizers/lib"] {
      try FileManager.default.createDirectory(
        atPath: "\(root.path)/\(path)", withIntermediateDirectories: true)
    }
    let library = "\(root.path)/openvino/libs/libopenvino.so.2641"
    func find(_ environment: [String: String] = [:]) throws -> String {
      try TokenizersExtension(library: library, environment: environment).path
    }
    #expect { try find() } throws: { ($0 as? OpenVINOError)?.code == .missing }
    try root.write("", to: "openvino_tokenizers/lib/\(name)")
    #expect(try find().hasSuffix("openvino_tokenizers/lib/\(name)"))
    try root.write("", to: "openvino/libs/\(name)")
    #expect(try find().hasSuffix("openvino/libs/\(name)"))
    try root.write("", to: "mine.so")
    #expect(try find(["OPENVINO_TOKENIZERS_LIB": root.path + "/mine.so"]) == root.path + "/mine.so")
    #expect {
      try find(["OPENVINO_TOKENIZERS_LIB": "/nowhere.so"])
    } throws: {
      ($0 as? OpenVINOError)?.message.contains("/nowhere.so") == true
    }
  }

  @Test func triesManyTextsEachOnce() {
    let texts = TokenizerIRTexts.common
    #expect(texts.count > 150)
    #expect(TokenizerIRTexts.around(["<s>"]) == ["<s>", "a<s>b", "Hello <s> world", "\n<s><s> x"])
  }
}
