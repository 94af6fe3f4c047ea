import JSON

extension TokenizerImporter {
  /// A `tokenizer.json` from `vocab.json` and `merges.txt`.
  ///
  /// - Parameters:
  ///   - vocab: `vocab.json`, token → id.
  ///   - merges: `merges.txt`, two tokens a line.
  ///   - config: `tokenizer_config.json`, for the class and the added tokens.
  ///   - addedTokens: `added_tokens.json`, token → id.
  ///   - pre: how text is split, by a `tokenizer.ggml.pre` name; nil goes by the `tokenizer_class` (Qwen 2's, or
  ///     GPT-2's for every other byte-level class). Models whose fast tokenizer splits otherwise (StarCoder and
  ///     SmolLM split digits) need it named.
  /// - Throws: `TokenizerError` when parts do not fit one another or the class is of another kind.
  public static func fromVocabAndMerges(
    vocab: JSON, merges: String, config: JSON? = nil, addedTokens: JSON? = nil, pre: String? = nil
  ) throws(TokenizerError) -> JSON {
    guard let vocabulary = vocab.object else { throw inconsistent("vocab.json is not an object of ids") }
    let recipe = try recipe(config, pre)
    var sections = Sections()
    sections.addedTokens = AddedTokensConfig.merged([], config, addedTokens)
    for key in ["bos_token", "eos_token", "unk_token", "pad_token"] {
      guard let (token, id) = AddedTokensConfig.named(key, config, sections.addedTokens, vocabulary),
        !sections.addedTokens.contains(where: { $0.id == id })
      else { continue }
      sections.addedTokens.append(AddedEntry(id: id, content: token, isSpecial: true))
    }
    sections.normalizer = recipe.normalizer
    sections.preTokenizer = recipe.preTokenizer
    sections.decoder = Component.byteLevelDecoder
    sections.postProcessor = postProcessor(config, sections.addedTokens, vocabulary)
    sections.model = Component.bpe(
      vocabulary: vocabulary, merges: try mergeLines(merges, vocabulary), ignoresMerges: recipe.ignoresMerges)
    return sections.json
  }

  private static func recipe(_ config: JSON?, _ pre: String?) throws(TokenizerError) -> PreTokenizerRecipe {
    let className = config?["tokenizer_class"]?.string ?? "GPT2Tokenizer"
    if ["CLIP", "Bert", "OpenAIGPT", "Blenderbot"].contains(where: className.hasPrefix) {
      throw unsupported(
        "\(className) does not split into bytes", mend: "put the model's own tokenizer.json beside vocab.json"
      )
    }
    let name = pre ?? (className.hasPrefix("Qwen2") ? "qwen2" : "gpt-2")
    guard var recipe = PreTokenizerRecipe.named(name) else {
      throw unsupported("pre-tokenizer \"\(name)\" is not known", mend: "name a known one, such as gpt-2")
    }
    let isRoberta = className.hasPrefix("Roberta") || className.hasPrefix("Bart")
    if pre == nil, name == "gpt-2", config?["add_prefix_space"]?.bool ?? false || isRoberta {
      recipe.preTokenizer = [
        "type": "ByteLevel", "add_prefix_space": .bool(config?["add_prefix_space"]?.bool ?? false),
        "trim_offsets": true, "use_regex": true,
      ]
    }
    return recipe
  }

  private static func postProcessor(
    _ config: JSON?, _ added: [AddedEntry], _ vocabulary: JSONObject
  ) -> JSON {
    let className = config?["tokenizer_class"]?.string ?? ""
    let isRoberta = className.hasPrefix("Roberta") || className.hasPrefix("Bart")
    func token(_ key: String, if wanted: Bool) -> (token: String, id: Int)? {
      wanted ? AddedTokensConfig.named(key, config, added, vocabulary) : nil
    }
    return Component.template(
      before: token("bos_token", if: config?["add_bos_token"]?.bool ?? isRoberta),
      after: token("eos_token", if: config?["add_eos_token"]?.bool ?? isRoberta))
      ?? Component.byteLevel(usesRegex: true, trimsOffsets: false)
  }

  private static func mergeLines(
    _ text: String, _ vocabulary: JSONObject
  ) throws(TokenizerError) -> [JSON] {
    var merges: [JSON] = []
    for (number, line) in text.utf8.split(separator: 10).enumerated() {
      let line = line.last == 13 ? line.dropLast() : line
      if line.isEmpty || (number == 0 && String(line)?.hasPrefix("#version") == true) { continue }
      let parts = line.split(separator: 32)
      guard parts.count == 2, let left = String(parts[0]), let right = String(parts[1]) else {
        throw TokenizerError(
          .malformed, "line \(number + 1) of merges.txt is not two tokens",
          mend: "take merges.txt from the model's repository again")
      }
      merges.append([.string(left), .string(right)])
    }
    return merges
  }
}
