import Architectures
import Checkpoints
import Errors
import Files
import Foundation
import JSON
import Tokenization

/// The files that stand beside the weights: configuration, tokenizer, chat template.
///
/// What the source has is taken byte for byte, so that the tokenizer cannot drift from the weights. A GGUF has
/// them inside its metadata, and some models only have a vocabulary; there they are written anew.
struct SourceFiles {
  /// A file of the baked folder.
  struct File {
    var name: String
    var bytes: [UInt8]
  }

  private(set) var files: [File] = []
  /// What the user should know.
  private(set) var notes: [String] = []

  /// The names that are copied where they exist. Any `chat_template*.jinja` comes along too.
  private static let copiedNames = [
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
    "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "tokenizer.model",
    "spiece.model",
    "chat_template.jinja", "chat_template.json", "preprocessor_config.json",
  ]

  /// Such files are small; one that is not is something else.
  private static let maximumByteCount = 256 << 20

  /// Collects the files of a checkpoint.
  ///
  /// - Parameters:
  ///   - text: the language model's part of the configuration; only that is baked.
  ///   - needsTokenizer: refuse a source without a tokenizer, before any work is done.
  /// - Throws: `BakeError` of code `noInput`, naming the file that is missing.
  init(of checkpoint: OpenedCheckpoint, at source: URL, text: TextPart, needsTokenizer: Bool) throws {
    // A single GGUF is whole in itself: what lies beside it may belong to another model.
    if checkpoint.gguf == nil || source.isFolder { try copy(from: source.folder) }
    if self["config.json"] == nil, let config = checkpoint.config { add("config.json", config) }
    if text.isPart {
      replace("config.json", text.config)
      notes.append("the text part of the model is baked, and config.json describes that alone")
    }
    if let gguf = checkpoint.gguf, self["tokenizer.json"] == nil {
      try recover(from: gguf, beside: source)
    }
    if needsTokenizer, self["tokenizer.json"] == nil,
      let tokenizer = try PublishedVocabulary(files).tokenizer()
    {
      add("tokenizer.json", tokenizer)
    }
    if needsTokenizer, self["tokenizer.json"] == nil {
      throw BakeError(
        .noInput, "the source has no tokenizer.json",
        why: "a baked folder answers with the tokenizer that the model was trained with, and none of "
          + "tokenizer.json, tokenizer.model, vocab.json with merges.txt or a tiktoken file is there",
        advice:
          "copy tokenizer.json and tokenizer_config.json into the source, or bake with \(setting: .noTokenizer)"
      )
    }
    if let tokenizer = self["tokenizer.json"], self["tokenizer_config.json"] == nil {
      add("tokenizer_config.json", try Self.tokenizerConfig(tokenizer, checkpoint.config))
    }
    if self["generation_config.json"] == nil, let config = checkpoint.config {
      add("generation_config.json", Self.generationConfig(config))
    }
    try check()
    if let config = checkpoint.config { settleGeneration(config, text) }
    if needsTokenizer { try checkTokenizer(text.config) }
  }

  /// Refuses files that could not be read from the baked folder either.
  private func check() throws(BakeError) {
    for file in files where file.name.hasSuffix(".json") && file.name != "tokenizer.json" {
      do { _ = try JSON(parsing: file.bytes) } catch {
        throw BakeError(
          .badData, "the source's \(file.name) is no JSON", why: "\(error)",
          mend: "fetch the model again, or remove the file")
      }
    }
  }

  private mutating func checkTokenizer(_ config: JSON?) throws(BakeError) {
    do {
      let known = config?["vocab_size"]?.int ?? .max
      if let tokenizer = try tokenizer(), tokenizer.vocabularySize > known {
        notes.append(
          "tokenizer.json has \(tokenizer.vocabularySize) tokens, and the model only knows \(known): is it the "
            + "model's own? Texts with the others cannot be answered")
      }
    } catch {
      throw BakeError(
        .badData, "the source's tokenizer.json cannot be used", why: error.message,
        advice: "fetch the model again, or bake with \(setting: .noTokenizer)")
    }
  }

  /// The tokenizer as it will be read from the baked folder; nil where there is none.
  func tokenizer() throws(TokenizerError) -> Tokenizer? {
    guard let bytes = self["tokenizer.json"] else { return nil }
    func json(_ name: String) -> JSON? { self[name].flatMap { try? JSON(parsing: $0) } }
    let sidecars = TokenizerSidecars(
      config: json("tokenizer_config.json"), addedTokens: json("added_tokens.json"),
      specialTokensMap: json("special_tokens_map.json"))
    return try Tokenizer(contentsOf: bytes, beside: sidecars)
  }

  /// The special tokens that end and begin a text, as the model's configuration names them.
  private static func generationConfig(_ config: JSON) -> JSON {
    var members = JSONObject()
    for name in ["bos_token_id", "eos_token_id", "pad_token_id"] {
      if let value = config[name], value.int != nil || value.array != nil { members[name] = value }
    }
    return .object(members)
  }

  /// What other tools must find beside a `tokenizer.json` before they read it: its kind and its special tokens, as
  /// far as the configuration names their ids.
  private static func tokenizerConfig(_ tokenizer: [UInt8], _ config: JSON?) throws(BakeError) -> JSON {
    let added: [JSON]
    do { added = try JSON(parsing: tokenizer)["added_tokens"]?.array ?? [] } catch {
      throw BakeError(
        .badData, "the source's tokenizer.json is no JSON", why: "\(error)", mend: "fetch the model again")
    }
    var members: JSONObject = [
      "tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": false,
    ]
    for name in ["bos_token", "eos_token", "pad_token"] {
      let value = config?[name + "_id"]
      guard let id = value?.int ?? value?.array?.first?.int,
        let token = added.first(where: { $0["id"]?.int == id })?["content"]
      else { continue }
      members[name] = token
    }
    return .object(members)
  }

  /// The bytes of the file of that name.
  subscript(name: String) -> [UInt8]? { files.first { $0.name == name }?.bytes }

  private mutating func add(_ name: String, _ value: JSON) {
    files.append(File(name: name, bytes: Array((value.serialized(.pretty) + "\n").utf8)))
  }

  private mutating func replace(_ name: String, _ value: JSON) {
    files.removeAll { $0.name == name }
    add(name, value)
  }

  /// Makes `generation_config.json` name every token that ends an answer, wherever the source says so, and no token
  /// that stands for a picture. It stays as it is where it does already.
  private mutating func settleGeneration(_ config: JSON, _ text: TextPart) {
    guard let own = self["generation_config.json"].flatMap({ try? JSON(parsing: $0) }),
      var members = own.object
    else { return }
    let named = Self.tokens(own["eos_token_id"])
    let ends = [config, text.config].reduce(into: named) { ends, config in
      for id in Self.tokens(config["eos_token_id"]) where !ends.contains(id) { ends.append(id) }
    }
    if ends != named {
      members["eos_token_id"] = ends.count == 1 ? .int(ends[0]) : .array(ends.map(JSON.int))
      notes.append(
        "generation_config.json named \(named.isEmpty ? "no" : "not every") token that ends an answer; now it does: "
          + ends.map(String.init).joined(separator: ", "))
    }
    let suppressed = Self.tokens(own["suppress_tokens"])
    let placeholders = text.placeholders.filter { !ends.contains($0) && !suppressed.contains($0) }
    if !placeholders.isEmpty {
      members["suppress_tokens"] = .array((suppressed + placeholders).map(JSON.int))
      notes.append(
        "tokens that stand for pictures and sounds are never chosen: "
          + placeholders.map(String.init).joined(separator: ", "))
    }
    if members != own.object { replace("generation_config.json", .object(members)) }
  }

  /// One token or a list of them.
  private static func tokens(_ value: JSON?) -> [Int] {
    let all = value?.int.map { [$0] } ?? value?.array?.compactMap(\.int) ?? []
    return all.filter { (0..<1 << 31).contains($0) }
  }

  private mutating func copy(from folder: URL) throws {
    let names = Folders.readableNames(in: folder.path)
    let templates = names.filter { $0.hasPrefix("chat_template") && $0.hasSuffix(".jinja") }
    let vocabularies = names.filter { $0.hasSuffix(".tiktoken") || $0 == "tiktoken.model" }
    var wanted = Set(Self.copiedNames).union(templates).union(vocabularies).intersection(names)
    if names.contains(Self.namedTemplates) {
      let more = folder.appending(path: Self.namedTemplates).path
      for name in Folders.readableNames(in: more)
      where name.hasSuffix(".jinja") && Self.isTemplateName(name) {
        wanted.insert("\(Self.namedTemplates)/\(name)")
      }
    }
    for name in wanted.sorted() {
      files.append(File(name: name, bytes: try Self.bytes(of: folder.appending(path: name).path)))
    }
  }

  /// The content of a file beside the weights.
  /// - Throws: `BakeError` of code `badData` for one that cannot be read, or stands for another one.
  private static func bytes(of path: String) throws(BakeError) -> [UInt8] {
    guard let bytes = SmallFile.bytes(at: path, limit: maximumByteCount) else {
      throw BakeError(
        .badData, "cannot read \(path)",
        why: "it is no regular file, unreadable, or implausibly large (more than \(maximumByteCount) bytes)",
        mend: "check the file, or fetch the model again")
    }
    let isText = [".jinja", ".txt", ".tiktoken"].contains(where: path.hasSuffix)
    if let kind = FileKind(start: Array(bytes.prefix(512)), isText: isText) {
      throw BakeError(.badData, "\(path) is \(kind.what)", advice: kind.mend)
    }
    return bytes
  }

  /// Writes anew what a GGUF has in its metadata, where the folder has no such file. Where the file does not say how
  /// its text is split, or says it in a way that is not known, the tokenizer beside it is taken if it has the same
  /// tokens: that is the mend which the errors name.
  private mutating func recover(from gguf: GGUFFile, beside source: URL) throws {
    let recovered: GGUFTokenizerFiles
    do {
      guard let files = try GGUFTokenizerFiles(gguf) else { return }
      if files.isGuess, try copyTokenizer(beside: source, like: gguf) {
        try addRest(of: files)
        return
      }
      if files.lostMergeCount > 0 {
        notes.append(
          "\(files.lostMergeCount) merges of the GGUF file's vocabulary make tokens that it has no text for: left out"
        )
      }
      if files.isGuess {
        notes.append(
          "the GGUF file does not name its pre-tokenizer, so that texts are split as llama.cpp does then; put the "
            + "model's own tokenizer.json beside the file for the exact way")
      }
      recovered = files
    } catch let error as TokenizerError where error.code == .unsupported {
      guard try copyTokenizer(beside: source, like: gguf) else { throw error }
      return
    }
    add("tokenizer.json", recovered.tokenizer)
    try addRest(of: recovered)
  }

  /// Copies the tokenizer of the folder that a single GGUF file lies in, if it has as many tokens.
  private mutating func copyTokenizer(beside source: URL, like gguf: GGUFFile) throws -> Bool {
    let folder = source.folder
    let names = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"]
    var beside = SourceFiles()
    for name in names {
      guard let bytes = try? Self.bytes(of: folder.appending(path: name).path) else { continue }
      beside.files.append(File(name: name, bytes: bytes))
    }
    guard let tokenizer = try? beside.tokenizer(), let count = gguf["tokenizer.ggml.tokens"]?.strings?.count
    else { return false }
    guard tokenizer.vocabularySize == count else {
      notes.append(
        "the tokenizer.json beside the GGUF file is another model's, and was not taken: it has "
          + "\(tokenizer.vocabularySize) tokens, the file \(count)")
      return false
    }
    files += beside.files
    return true
  }

  private init() {}

  /// What the metadata has beside the tokenizer itself.
  private mutating func addRest(of recovered: GGUFTokenizerFiles) throws(BakeError) {
    let others = [
      ("tokenizer_config.json", recovered.tokenizerConfig),
      ("special_tokens_map.json", recovered.specialTokensMap),
      ("generation_config.json", recovered.generationConfig),
    ]
    for (name, value) in others where self[name] == nil { add(name, value) }
    if let template = recovered.chatTemplate, self["chat_template.jinja"] == nil {
      files.append(File(name: "chat_template.jinja", bytes: Array(template.utf8)))
    }
    for (name, template) in recovered.namedChatTemplates.sorted(by: { $0.key < $1.key }) {
      let path = "\(Self.namedTemplates)/\(name).jinja"
      if self[path] != nil { continue }
      guard Self.isTemplateName(name) else {
        throw BakeError(
          .badData, "the GGUF file names a chat template \(name.debugDescription)",
          why: "the name would not make a file's name", mend: "fetch the model again")
      }
      files.append(File(name: path, bytes: Array(template.utf8)))
    }
  }

  /// The folder in which chat templates with names stand.
  private static let namedTemplates = "additional_chat_templates"

  /// Letters, digits, `_`, `-` and dots inside.
  private static func isTemplateName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 100 && !name.hasPrefix(".")
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
          true
        default: false
        }
      }
  }
}

extension URL {
  fileprivate var isFolder: Bool {
    (try? resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory ?? false
  }

  /// The folder itself, or the one that a file is in.
  fileprivate var folder: URL { isFolder ? self : deletingLastPathComponent() }
}
