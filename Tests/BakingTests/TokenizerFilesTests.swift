import Baking
import Foundation
import JSON
import Testing

/// A source needs no `tokenizer.json` if it has the vocabulary in another form.
@Suite struct TokenizerFilesTests {
  @Test func makesOneOfASentencePieceModel() throws {
    let folder = try TemporaryFolder()
    let source = try Fixture.copy("llama", to: folder)
    let model = Fixture.url("llama").deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "importers/mistral-v1.model")
    try FileManager.default.copyItem(at: model, to: source.appending(path: "tokenizer.model"))
    var options = tinyBake(source, folder["baked"])
    options.needsTokenizer = true
    _ = try Bake(options).run()
    let json = try JSON(parsing: Data(contentsOf: folder["baked"].appending(path: "tokenizer.json")))
    #expect(json["model"]?["type"]?.string == "BPE")
    #expect(json["model"]?["vocab"]?.object?.count == 32_000)
    let copy = try Data(contentsOf: folder["baked"].appending(path: "tokenizer.model"))
    #expect(copy == (try Data(contentsOf: model)))
  }

  /// Other tools do not read a tokenizer without its configuration.
  @Test func completesATokenizerWithoutConfiguration() throws {
    let folder = try TemporaryFolder()
    let source = try Fixture.copy("llama", to: folder)
    let id = try #require(
      try JSON(parsing: Data(contentsOf: source.appending(path: "config.json")))["eos_token_id"]?.int)
    let tokenizer = """
      {"version": "1.0", "added_tokens": [{"id": \(id), "content": "<end>", "special": true, "normalized": false,
       "lstrip": false, "rstrip": false, "single_word": false}],
       "model": {"type": "WordLevel", "vocab": {"<end>": \(id)}, "unk_token": "<end>"}}
      """
    try Data(tokenizer.utf8).write(to: source.appending(path: "tokenizer.json"))
    var options = tinyBake(source, folder["baked"])
    options.needsTokenizer = true
    _ = try Bake(options).run()
    let json = try JSON(parsing: Data(contentsOf: folder["baked"].appending(path: "tokenizer_config.json")))
    #expect(json["tokenizer_class"]?.string == "PreTrainedTokenizerFast")
    #expect(json["eos_token"]?.string == "<end>")
  }

  @Test func carriesTemplatesWithNames() throws {
    let folder = try TemporaryFolder()
    let source = try Fixture.copy("llama", to: folder)
    let names = source.appending(path: "additional_chat_templates")
    try FileManager.default.createDirectory(at: names, withIntermediateDirectories: true)
    for name in ["tool_use.jinja", "readme.txt", ".hidden.jinja"] {
      try Data("text of \(name)".utf8).write(to: names.appending(path: name))
    }
    let report = try Bake(tinyBake(source, folder["baked"])).run()
    let baked = folder["baked"].appending(path: "additional_chat_templates")
    #expect(try FileManager.default.contentsOfDirectory(atPath: baked.path) == ["tool_use.jinja"])
    #expect(
      try String(contentsOf: baked.appending(path: "tool_use.jinja"), encoding: .utf8)
        == "text of tool_use.jinja")
    #expect(report.files.contains { $0.name == "additional_chat_templates/tool_use.jinja" })
    let manifest = try JSON(parsing: Data(contentsOf: folder["baked"].appending(path: Manifest.fileName)))
    #expect(try FolderCheck(of: folder["baked"], manifest: manifest).isIntact)
  }

  @Test(arguments: ["../x", "a/../b", "a/b/c", ".x", "a/.x", "/etc/passwd", "a//b", "a/"])
  func aManifestNamesNothingOutside(_ name: String) throws {
    let manifest: JSON = ["files": [["name": .string(name), "bytes": 1]]]
    #expect(throws: BakeError.self) { try FolderCheck(of: URL(filePath: "/tmp"), manifest: manifest) }
  }

  @Test func refusesADamagedVocabulary() throws {
    let folder = try TemporaryFolder()
    let source = try Fixture.copy("llama", to: folder)
    try Data([0xFF, 0xFF, 0xFF]).write(to: source.appending(path: "tokenizer.model"))
    var options = tinyBake(source, folder["baked"])
    options.needsTokenizer = true
    #expect(failure(of: options) != nil)
    try FileManager.default.removeItem(at: source.appending(path: "tokenizer.model"))
    try Data("{}".utf8).write(to: source.appending(path: "vocab.json"))
    #expect((failure(of: options) as? BakeError)?.message.contains("no tokenizer.json") == true)
    #expect(folder.names == ["source"])
  }
}
