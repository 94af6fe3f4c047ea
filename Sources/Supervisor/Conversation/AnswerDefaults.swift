import Files
import Generation
import JSON

/// How a model's own files want answers generated, and with which tokens they end.
public struct AnswerDefaults: Sendable {
  /// What `generation_config.json` says, with the end tokens that any of the files names.
  public let options: GenerationOptions
  /// Whether anything says how an answer ends: a token, or a text of the style.
  public let hasEnd: Bool

  /// Tokens of an answer of a model that does not say how one ends.
  public static let limitWithoutEnd = 512

  /// Reads a folder.
  ///
  /// Where neither `generation_config.json` nor `config.json` names an end token, it is the tokenizer's, as OpenVINO
  /// GenAI has it.
  /// - Throws: `GenerationError` naming the file that is broken, or its entry that makes no sense.
  public init(folder: String, format: PromptFormat) throws(GenerationError) {
    var options = try GenerationOptions(
      generationConfig: try Self.json("generation_config.json", in: folder),
      modelConfig: try Self.json("config.json", in: folder))
    if options.eosTokenIDs ?? [] == [], let end = format.endToken { options.eosTokenIDs = [end] }
    self.options = options
    hasEnd =
      options.eosTokenIDs?.isEmpty == false || !format.stopTokens.isEmpty || !format.stopStrings.isEmpty
  }

  private static func json(_ name: String, in folder: String) throws(GenerationError) -> JSON? {
    let path = folder + "/" + name
    guard FileStatus(at: path) != nil else { return nil }
    guard let bytes = SmallFile.bytes(at: path, limit: 1 << 24) else {
      throw GenerationError(
        .badFile, "\(path) cannot be read", mend: "make it readable, or bake the model again")
    }
    do {
      return try JSON(parsing: bytes)
    } catch {
      throw GenerationError(
        .badFile, "\(path) is broken: \(error)", mend: "mend it, fetch it again, or remove it")
    }
  }
}
