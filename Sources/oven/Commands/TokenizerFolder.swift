import Baking
import Files
import Foundation
import JSON
import Tokenization

/// The tokenizer of any folder, `tokenizer.json` or one of the other forms in which vocabularies are published, or of
/// a GGUF file.
enum TokenizerFolder {
  /// Reads the tokenizer of a folder or a GGUF file.
  /// - Throws: `TokenizerError`, or an `ErrorReport` where there is none.
  static func open(_ folder: String) throws -> Tokenizer {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
      throw ErrorReport(
        what: "there is no \(folder)", why: "", mend: "name a model's folder, or a .gguf file",
        status: .noInput)
    }
    if !isFolder.boolValue { return try openFile(folder) }
    let names = Folders.readableNames(in: folder)
    if names.contains("tokenizer.json") { return try Tokenizer.load(folder: folder) }
    let config = names.contains("tokenizer_config.json") ? try json(folder, "tokenizer_config.json") : nil
    if let name = ["tokenizer.model", "spiece.model"].first(where: names.contains) {
      let bytes = try bytes(folder, name)
      // Llama 3 ships a tiktoken file under the name of a SentencePiece model: text, not protobuf.
      if bytes.prefix(64).allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x0A }) {
        return try Tokenizer(json: try TokenizerImporter.fromTiktoken(bytes, config: config))
      }
      return try Tokenizer(json: try TokenizerImporter.fromSentencePiece(bytes, config: config))
    }
    if let name = names.first(where: { $0.hasSuffix(".tiktoken") || $0 == "tiktoken.model" }) {
      return try Tokenizer(json: try TokenizerImporter.fromTiktoken(try bytes(folder, name), config: config))
    }
    if names.contains("vocab.json"), names.contains("merges.txt") {
      let added = names.contains("added_tokens.json") ? try json(folder, "added_tokens.json") : nil
      let merges = String(decoding: try bytes(folder, "merges.txt"), as: UTF8.self)
      return try Tokenizer(
        json: try TokenizerImporter.fromVocabAndMerges(
          vocab: try json(folder, "vocab.json"), merges: merges, config: config, addedTokens: added))
    }
    throw ErrorReport(
      what: "\(folder) has no tokenizer",
      why: "there is no tokenizer.json, tokenizer.model, *.tiktoken, or vocab.json with merges.txt",
      mend: "name a model's folder", status: .noInput)
  }

  private static func openFile(_ path: String) throws -> Tokenizer {
    guard path.lowercased().hasSuffix(".gguf"), let json = try GGUFTokenizer.json(path: path) else {
      throw ErrorReport(
        what: "\(path) has no tokenizer", why: "it is no folder, and no GGUF file with a vocabulary",
        mend: "name a model's folder, or a .gguf file", status: .noInput)
    }
    return try Tokenizer(json: json)
  }

  private static func bytes(_ folder: String, _ name: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: folder + "/" + name) else {
      throw ErrorReport(
        what: "cannot read \(folder)/\(name)", why: "", mend: "make it readable", status: .permission)
    }
    return Array(data)
  }

  private static func json(_ folder: String, _ name: String) throws -> JSON {
    do {
      return try JSON(parsing: try bytes(folder, name))
    } catch let error as JSONError {
      throw ErrorReport(
        what: "\(folder)/\(name) is no JSON", why: "\(error)", mend: "fetch the model again", status: .badData
      )
    }
  }
}
