import Files
import Generation
import JSON

/// How a model's own files want answers generated, and with which tokens they end.
package struct AnswerDefaults: Sendable {
  /// What `generation_config.json` says, with the end tokens that any of the files names.
  package let options: GenerationOptions
  /// Whether anything says how an answer ends: a token, or a text of the style.
  package let hasEnd: Bool

  /// Tokens of an answer of a model that does not say how one ends.
  package static let limitWithoutEnd = 512

  /// Reads a folder.
  ///
  /// Where neither `generation_config.json` nor `config.json` names an end token, it is the tokenizer's, as OpenVINO
  /// GenAI has it.
  /// - Throws: `GenerationError` naming the file that is broken, or its entry that makes no sense.
  package init(folder: String, format: PromptFormat) throws(GenerationError) {
    var options = try GenerationOptions(
      generationConfig: try Self.json("generation_config.json", in: folder),
      modelConfig: try Self.json("config.json", in: folder))
    do throws(GenerationError) {
      _ = try GenerationConfig(options)
    } catch {
      throw GenerationError(
        .badFile, "in \(folder)/generation_config.json \(error.message)",
        mend: "mend the file: \(error.mend)")
    }
    if options.eosTokenIDs ?? [] == [], let end = format.endToken { options.eosTokenIDs = [end] }
    self.options = options
    hasEnd =
      options.eosTokenIDs?.isEmpty == false || !format.stopTokens.isEmpty || !format.stopStrings.isEmpty
  }

  private static func json(_ name: String, in folder: String) throws(GenerationError) -> JSON? {
    let path = folder + "/" + name
    guard let status = FileStatus(at: path) else { return nil }
    guard !status.isFolder else {
      throw GenerationError(.badFile, "\(path) is a folder", mend: "put the file in its place, or remove it")
    }
    guard let bytes = SmallFile.bytes(at: path, limit: 1 << 24) else {
      throw GenerationError(
        .badFile, "\(path) cannot be read", mend: "make it readable, or bake the model again")
    }
    let mend = "mend it, fetch it again, or remove it"
    let json: JSON
    do {
      json = try JSON(parsing: bytes)
    } catch {
      throw GenerationError(.badFile, "\(path) is broken: \(error)", mend: mend)
    }
    guard case .object = json else {
      throw GenerationError(.badFile, "\(path) is broken: it holds no object", mend: mend)
    }
    return json
  }
}
