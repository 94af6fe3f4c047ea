import Checkpoints
import JSON
import Tokenization

/// The tokenizer's files, recovered from the metadata of a GGUF.
struct GGUFTokenizerFiles {
  /// `tokenizer.json`.
  let tokenizer: JSON
  /// `tokenizer_config.json`.
  let tokenizerConfig: JSON
  /// `special_tokens_map.json`.
  let specialTokensMap: JSON
  /// Whether the file does not say how text is split before its tokens are looked for.
  let isGuess: Bool
  /// Merges that were left out, because the tokens that they make have no text in the file.
  let lostMergeCount: Int
  /// `generation_config.json`.
  let generationConfig: JSON
  /// `chat_template.jinja`; nil where the GGUF has no template.
  let chatTemplate: String?
  /// Further templates by name.
  let namedChatTemplates: [String: String]

  /// - Throws: `TokenizerError` for a kind of vocabulary that is not supported. Nil where there is none at all.
  init?(_ gguf: GGUFFile) throws {
    guard let vocabulary = GGUFVocabulary(gguf) else { return nil }
    tokenizer = try TokenizerImporter.fromGGUF(vocabulary)
    lostMergeCount = vocabulary.lostMergeCount
    isGuess = vocabulary.model == "gpt2" && ["", "default"].contains(vocabulary.pre ?? "")
    chatTemplate = gguf.chatTemplate ?? gguf.namedChatTemplates["default"]
    namedChatTemplates = gguf.namedChatTemplates.filter { $0.key != "default" }
    var special = JSONObject()
    let named = [
      ("bos_token", vocabulary.bos), ("eos_token", vocabulary.eos), ("unk_token", vocabulary.unknown),
      ("pad_token", vocabulary.padding),
    ]
    for (name, id) in named {
      if let id, vocabulary.tokens.indices.contains(id) { special[name] = .string(vocabulary.tokens[id]) }
    }
    specialTokensMap = .object(special)
    var config: JSONObject = [
      "tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": false,
    ]
    if let flag = vocabulary.addsBOS { config["add_bos_token"] = .bool(flag) }
    if let flag = vocabulary.addsEOS { config["add_eos_token"] = .bool(flag) }
    if let length = gguf.value("context_length")?.int { config["model_max_length"] = .int(length) }
    config.merge(special) { own, _ in own }
    tokenizerConfig = .object(config)
    var generation = JSONObject()
    if let bos = gguf.tokenID("bos") { generation["bos_token_id"] = .int(bos) }
    generation["eos_token_id"] = gguf.endTokens
    if let padding = gguf.tokenID("padding") { generation["pad_token_id"] = .int(padding) }
    generationConfig = .object(generation)
  }
}

/// The tokenizer in the metadata of a GGUF file, for those who want nothing else of it.
public enum GGUFTokenizer {
  /// The file's vocabulary as `tokenizer.json`; nil where it has none.
  /// - Throws: `CheckpointError` for a damaged file, `TokenizerError` for a kind of vocabulary that is not supported.
  public static func json(path: String) throws -> JSON? {
    try GGUFTokenizerFiles(GGUFFile(path: path))?.tokenizer
  }
}

extension GGUFVocabulary {
  /// The vocabulary in the metadata of a file; nil where it has none.
  fileprivate init?(_ gguf: GGUFFile) {
    func key(_ name: String) -> GGUFValue? { gguf["tokenizer.ggml.\(name)"] }
    guard let model = key("model")?.string, let tokens = key("tokens")?.strings else { return nil }
    self.init(model: model, tokens: tokens)
    pre = key("pre")?.string
    scores = key("scores")?.floats
    tokenTypes = key("token_type")?.ints
    merges = key("merges")?.strings
    bos = key("bos_token_id")?.int
    eos = key("eos_token_id")?.int
    unknown = key("unknown_token_id")?.int
    padding = key("padding_token_id")?.int
    separator = key("seperator_token_id")?.int
    classification = key("cls_token_id")?.int
    addsBOS = key("add_bos_token")?.bool
    addsEOS = key("add_eos_token")?.bool
    addsSpacePrefix = key("add_space_prefix")?.bool
    removesExtraWhitespaces = key("remove_extra_whitespaces")?.bool
    precompiledCharsmap = key("precompiled_charsmap")?.ints?.map { UInt8(truncatingIfNeeded: $0) }
  }
}
