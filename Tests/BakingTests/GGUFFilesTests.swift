import Baking
import Foundation
import JSON
import Testing

/// What a baked folder has of a GGUF file's metadata.
@Suite struct GGUFFilesTests {
  private struct Baked {
    let folder: TemporaryFolder
    var notes: [String]

    func json(_ name: String) throws -> JSON {
      try JSON(parsing: Array(Data(contentsOf: folder["baked"].appending(path: name))))
    }
  }

  /// Bakes the file, or the folder that it lies in, with files beside it.
  private func bake(
    _ entries: [(String, ChangedGGUF.Value)], beside: [String: [UInt8]] = [:], asFolder: Bool = false
  ) throws -> Baked {
    let folder = try TemporaryFolder()
    let source = folder["source"]
    try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
    try Data(ChangedGGUF.llama(entries)).write(to: source.appending(path: "model.gguf"))
    for (name, bytes) in beside { try Data(bytes).write(to: source.appending(path: name)) }
    var options = tinyBake(
      asFolder ? source : source.appending(path: "model.gguf"), folder["baked"], format: .fp16)
    options.needsTokenizer = true
    let notes = Notes()
    _ = try Bake(options).run(events: { if case .note(let text) = $0 { notes.add(text) } })
    return Baked(folder: folder, notes: notes.texts.filter { !$0.contains("OpenVINO GenAI") })
  }

  /// What llama.cpp's `llama_vocab` takes for the end of generation. A number that names no token names none.
  @Test(
    arguments: [
      ([("eot", 5)], [1, 5]), ([("eom", 6)], [1, 6]), ([("eot", 5), ("eom", 6)], [1, 5, 6]),
      ([("eot", 1)], [1]),
      ([("eot", 40)], [1]), ([("eot", UInt32.max), ("eom", 39)], [1, 39]), ([("padding", UInt32.max)], [1]),
    ] as [([(String, UInt32)], [Int])])
  func everyEndTokenIsKept(named: [(String, UInt32)], ends: [Int]) throws {
    let entries = named.map { ("tokenizer.ggml.\($0.0)_token_id", ChangedGGUF.Value.number($0.1)) }
    let baked = try bake(ChangedGGUF.vocabulary() + entries)
    let expected: JSON = ends.count == 1 ? .int(ends[0]) : .array(ends.map(JSON.int))
    for name in ["config.json", "generation_config.json"] {
      let file = try baked.json(name)
      #expect(file["eos_token_id"] == expected, "\(name)")
      #expect(file["pad_token_id"] == nil, "\(name)")
    }
    #expect(baked.notes.isEmpty)
  }

  /// Tokens twice and tokens without text, of which merges are left that lead nowhere.
  @Test(
    arguments: [
      ([39: ""], 1), ([38: "", 39: ""], 2), ([39: "th"], 1), ([2: ""], 2), ([30: "</s>"], 1),
      ([39: "x", 38: "x"], 2),
    ] as [([Int: String], Int)])
  func emptyAndRepeatedTokensAreTaken(texts: [Int: String], lost: Int) throws {
    let baked = try bake(ChangedGGUF.vocabulary(texts: texts))
    #expect(baked.notes.contains { $0.hasPrefix("\(lost) merges ") }, "\(baked.notes)")
    let model = try baked.json("tokenizer.json")["model"]
    #expect(model?["merges"]?.array?.count == 12 - lost)
  }

  @Test func mergesOfAWholeVocabularyMustFit() throws {
    var entries = ChangedGGUF.vocabulary()
    entries.removeAll { $0.0 == "tokenizer.ggml.merges" }
    entries.append(("tokenizer.ggml.merges", .texts(["t h", "q z"])))
    #expect(throws: (any Error).self) { try bake(entries) }
  }

  @Test(arguments: [nil, "default", ""] as [String?])
  func aFileThatDoesNotSayHowItSplitsIsTaken(pre: String?) throws {
    let entries = ChangedGGUF.vocabulary(pre: pre)
    let alone = try bake(entries)
    #expect(alone.notes.count == 1 && alone.notes[0].contains("does not name its pre-tokenizer"))
    // The model's own tokenizer beside it tells.
    var own = try alone.json("tokenizer.json").object ?? [:]
    own["pre_tokenizer"] = ["type": "Whitespace"]
    let beside = ["tokenizer.json": Array(JSON.object(own).serialized().utf8)]
    for asFolder in [false, true] {
      let baked = try bake(entries, beside: beside, asFolder: asFolder)
      #expect(try baked.json("tokenizer.json") == .object(own) && baked.notes.isEmpty, "\(baked.notes)")
    }
    // That of another model is not taken without a word.
    own["model"] = ["type": "WordLevel", "vocab": ["a": 0], "unk_token": "a"]
    own["added_tokens"] = []
    let other = try bake(entries, beside: ["tokenizer.json": Array(JSON.object(own).serialized().utf8)])
    #expect(other.notes.contains { $0.contains("another model's") && $0.contains("1 tokens, the file 40") })
    #expect(try other.json("tokenizer.json")["model"]?["type"] == "BPE")
  }

  /// A tokenizer with more tokens than the model.
  @Test func aForeignTokenizerInTheFolderIsNoted() throws {
    var own = try bake(ChangedGGUF.vocabulary()).json("tokenizer.json").object ?? [:]
    var model = own["model"]?.object ?? [:]
    var vocabulary = model["vocab"]?.object ?? [:]
    vocabulary["zz"] = 40
    model["vocab"] = .object(vocabulary)
    own["model"] = .object(model)
    let baked = try bake(
      ChangedGGUF.vocabulary(), beside: ["tokenizer.json": Array(JSON.object(own).serialized().utf8)],
      asFolder: true)
    #expect(baked.notes.contains { $0.contains("has 41 tokens, and the model only knows 40") })
  }

  @Test func templatesWithNamesComeAlong() throws {
    let template = "{% for m in messages %}{{ m.content }}{% endfor %}"
    let entries =
      ChangedGGUF.vocabulary() + [
        ("tokenizer.chat_template", .text(template)),
        ("tokenizer.chat_template.tool_use", .text("T" + template)),
        ("tokenizer.chat_template.rag", .text("R" + template)),
      ]
    let baked = try bake(entries)
    try withExtendedLifetime(baked) { () throws in
      for (name, text) in [
        ("chat_template.jinja", template), ("additional_chat_templates/tool_use.jinja", "T" + template),
        ("additional_chat_templates/rag.jinja", "R" + template),
      ] {
        let file = baked.folder["baked"].appending(path: name)
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
      }
    }
  }
}

/// Files beside the weights that stand for others.
@Suite struct RefusedCompanionTests {
  private static let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"

  @Test(arguments: [
    "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "vocab.json", "merges.txt",
    "chat_template.jinja",
    "special_tokens_map.json", "generation_config.json", "config.json", "qwen.tiktoken",
  ])
  func pointersAreNamed(name: String) throws {
    for (text, word, mend) in [
      (Self.pointer, "Git-LFS pointer", "git lfs pull"), ("<!DOCTYPE html><html>", "web page", "token"),
      ("Entry not found", "a server's refusal", "token"),
    ] {
      let folder = try TemporaryFolder()
      let source = try Fixture.copy("llama", to: folder)
      try Data(text.utf8).write(to: source.appending(path: name))
      let error = failure(of: tinyBake(source, folder["baked"])).map { "\($0)" } ?? "it was baked"
      #expect(error.contains(name) && error.contains(word) && error.contains(mend), "\(error)")
    }
  }

  /// A pipe would never end, and a folder is no file.
  @Test func whatIsNoFileIsRefused() throws {
    let folder = try TemporaryFolder()
    let source = try Fixture.copy("llama", to: folder)
    try FileManager.default.createDirectory(
      at: source.appending(path: "tokenizer.json"), withIntermediateDirectories: true)
    let error = failure(of: tinyBake(source, folder["baked"])) as? BakeError
    #expect(
      error?.message.contains("tokenizer.json") == true && error?.why.contains("no regular file") == true)
  }
}
