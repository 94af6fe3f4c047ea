import JSON

extension TokenizerImporter {
  /// A `tokenizer.json` from the metadata of a GGUF file.
  ///
  /// - Throws: `TokenizerError` when the model or its pre-tokenizer is not known by name, or when parts do not
  ///   fit one another.
  public static func fromGGUF(_ vocabulary: GGUFVocabulary) throws(TokenizerError) -> JSON {
    if vocabulary.tokens.isEmpty { throw inconsistent("the GGUF file has no tokenizer.ggml.tokens") }
    switch vocabulary.model {
    case "gpt2": return try mergedPieces(vocabulary)
    case "llama": return try sentencePieceBPE(vocabulary)
    // Gemma 4's pieces are those of SentencePiece, with the merges beside them.
    case "gemma4": return try piecesWithoutPrefix(vocabulary)
    case "t5": return try unigram(vocabulary)
    case "bert": return try wordPiece(vocabulary)
    default:
      throw unsupported(
        "GGUF tokenizer model \"\(vocabulary.model)\" is not known",
        mend: "put the model's own tokenizer.json beside the GGUF file")
    }
  }

  private static func mergedPieces(_ vocabulary: GGUFVocabulary) throws(TokenizerError) -> JSON {
    switch vocabulary.pre {
    case "gemma4", "granite-embed-multi-311m", "sarvam-moe": try piecesWithoutPrefix(vocabulary)
    default: try byteLevelBPE(vocabulary)
    }
  }

  /// Pieces with `▁` for spaces, and no space before the first word unless the file says so.
  private static func piecesWithoutPrefix(_ vocabulary: GGUFVocabulary) throws(TokenizerError) -> JSON {
    var vocabulary = vocabulary
    vocabulary.addsSpacePrefix = vocabulary.addsSpacePrefix ?? false
    vocabulary.addsBOS = vocabulary.addsBOS ?? false
    return try sentencePieceBPE(vocabulary)
  }

  private static func byteLevelBPE(_ vocabulary: GGUFVocabulary) throws(TokenizerError) -> JSON {
    guard let recipe = PreTokenizerRecipe.named(vocabulary.pre ?? "") else {
      let name = vocabulary.pre.map { "\"\($0)\"" } ?? "(none)"
      throw unsupported(
        "GGUF pre-tokenizer \(name) is not known",
        mend: "put the model's own tokenizer.json beside the GGUF file")
    }
    var sections = Sections()
    sections.addedTokens = addedTokens(vocabulary)
    sections.normalizer = recipe.normalizer
    sections.preTokenizer = recipe.preTokenizer
    sections.decoder = recipe.encodesBytes ? Component.byteLevelDecoder : .null
    sections.postProcessor =
      Component.template(
        before: vocabulary.addsBOS ?? recipe.addsBOS ? vocabulary.token(vocabulary.bos) : nil,
        after: vocabulary.addsEOS ?? false ? vocabulary.token(vocabulary.eos) : nil)
      ?? Component.byteLevel(usesRegex: true, trimsOffsets: false)
    sections.model = Component.bpe(
      vocabulary: vocabulary.ids(vocabulary.tokens), merges: try merges(vocabulary),
      ignoresMerges: recipe.ignoresMerges)
    return sections.json
  }

  private static func merges(_ vocabulary: GGUFVocabulary) throws(TokenizerError) -> [JSON] {
    try vocabulary.usableMerges().map { [.string($0.left), .string($0.right)] }
  }

  /// Control and user-defined tokens are found in the text before anything else; jina's mask takes its space.
  private static func addedTokens(_ vocabulary: GGUFVocabulary) -> [AddedEntry] {
    let isJina = ["jina-v2-de", "jina-v2-es", "jina-v2-code"].contains(vocabulary.pre ?? "")
    let ids = vocabulary.ids(vocabulary.tokens)
    return vocabulary.tokens.enumerated().compactMap { id, token in
      let type = vocabulary.type(of: id)
      let isUnknown = type == .unknown && !token.isEmpty
      guard type == .control || type == .userDefined || isUnknown, !token.isEmpty else { return nil }
      // Of two with the same text one is meant.
      guard ids[token]?.int == id else { return nil }
      var entry = AddedEntry(id: id, content: token, isSpecial: type != .userDefined)
      entry.stripsLeft = isJina && token == "<mask>"
      return entry
    }
  }

  private static func sentencePieceBPE(_ vocabulary: GGUFVocabulary) throws(TokenizerError) -> JSON {
    let pieces = vocabulary.ids(vocabulary.tokens)
    let merges: [JSON]
    if vocabulary.merges != nil {
      merges = try Self.merges(vocabulary)
    } else {
      guard let scores = vocabulary.scores, scores.count == vocabulary.tokens.count else {
        throw inconsistent("the GGUF file has no tokenizer.ggml.scores for its llama vocabulary")
      }
      merges = ScoredMerges.make(vocabulary.tokens, scores: scores)
    }
    var sections = Sections()
    sections.addedTokens = addedTokens(vocabulary)
    let hasPrefix = vocabulary.addsSpacePrefix ?? true
    var normalizers: [JSON] = hasPrefix ? [["type": "Prepend", "prepend": "▁"]] : []
    normalizers.append(Component.replace(" ", by: "▁"))
    sections.normalizer = Component.normalizers(normalizers)
    sections.decoder = Component.metaspaceDecoder(stripsPrefix: hasPrefix)
    sections.postProcessor =
      Component.template(
        before: vocabulary.addsBOS ?? true ? vocabulary.token(vocabulary.bos ?? 1) : nil,
        after: vocabulary.addsEOS ?? false ? vocabulary.token(vocabulary.eos ?? 2) : nil) ?? .null
    sections.model = Component.bpe(
      vocabulary: pieces, merges: merges, unknown: vocabulary.token(vocabulary.unknown ?? 0)?.token,
      fusesUnknown: true, hasByteFallback: true)
    return sections.json
  }

  private static func unigram(_ vocabulary: GGUFVocabulary) throws(TokenizerError) -> JSON {
    guard let scores = vocabulary.scores, scores.count == vocabulary.tokens.count else {
      throw inconsistent("the GGUF file has no tokenizer.ggml.scores for its t5 vocabulary")
    }
    let hasBytes = vocabulary.tokens.indices.contains { vocabulary.type(of: $0) == .byte }
    var sections = Sections()
    sections.addedTokens = addedTokens(vocabulary)
    sections.normalizer =
      Normalization(
        charsmap: vocabulary.precompiledCharsmap ?? [],
        removesExtraWhitespaces: vocabulary.removesExtraWhitespaces ?? true
      ).json
    let scheme = vocabulary.addsSpacePrefix ?? true ? "always" : "never"
    let metaspace: JSON = [
      "type": "Metaspace", "replacement": "▁", "prepend_scheme": .string(scheme), "split": true,
    ]
    sections.preTokenizer = metaspace
    sections.decoder = metaspace
    sections.postProcessor =
      Component.template(
        before: vocabulary.addsBOS ?? false ? vocabulary.token(vocabulary.bos) : nil,
        after: vocabulary.addsEOS ?? true ? vocabulary.token(vocabulary.eos ?? 1) : nil) ?? .null
    sections.model = [
      "type": "Unigram", "unk_id": .int(vocabulary.unknown ?? 2),
      "vocab": .array(zip(vocabulary.tokens, scores).map { [.string($0), .double(Double($1))] }),
      "byte_fallback": .bool(hasBytes),
    ]
    return sections.json
  }

  /// GGUF writes `▁word` for a word's beginning and `piece` for BERT's `##piece`.
  private static func wordPiece(_ vocabulary: GGUFVocabulary) throws(TokenizerError) -> JSON {
    var texts: [String] = []
    for (id, token) in vocabulary.tokens.enumerated() {
      switch vocabulary.type(of: id) {
      case .control, .unknown, .unused: texts.append(token)
      default: texts.append(wordStart(token) ?? "##" + token)
      }
    }
    var sections = Sections()
    sections.addedTokens = addedTokens(vocabulary)
    let isLowercase = !vocabulary.tokens.contains { wordStart($0).map { $0 != $0.lowercased() } ?? false }
    sections.normalizer = [
      "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": nil,
      "lowercase": .bool(isLowercase),
    ]
    sections.preTokenizer = ["type": "BertPreTokenizer"]
    sections.decoder = ["type": "WordPiece", "prefix": "##", "cleanup": true]
    sections.postProcessor =
      Component.template(
        before: vocabulary.token(vocabulary.classification ?? vocabulary.bos),
        after: vocabulary.token(vocabulary.separator ?? vocabulary.eos)) ?? .null
    sections.model = [
      "type": "WordPiece", "unk_token": .string(vocabulary.token(vocabulary.unknown)?.token ?? "[UNK]"),
      "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
      "vocab": .object(vocabulary.ids(texts)),
    ]
    return sections.json
  }

  /// What follows the mark of a word's beginning, nil without it. By scalars: a combining mark may follow.
  private static func wordStart(_ token: String) -> String? {
    token.unicodeScalars.first == "▁" ? String(token.unicodeScalars.dropFirst()) : nil
  }
}
