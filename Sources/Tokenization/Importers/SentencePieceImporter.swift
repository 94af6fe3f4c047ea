import JSON
import Text

extension TokenizerImporter {
  /// A `tokenizer.json` from a SentencePiece model (`tokenizer.model`, `spiece.model`).
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - config: `tokenizer_config.json`, for `add_bos_token`, `add_eos_token`, `legacy`, `add_prefix_space` and
  ///     the added tokens. Without it the defaults of Llama hold (a begin token, no end token).
  /// - Throws: `TokenizerError` when the file is no such model, or one of its settings has no counterpart.
  public static func fromSentencePiece(
    _ bytes: [UInt8], config: JSON? = nil
  ) throws(TokenizerError) -> JSON {
    let model = try SentencePieceModel(bytes)
    try refuseRemappedClasses(config)
    if model.putsSpacesAfterWords {
      throw unsupported(
        "tokenizer.model writes spaces after words (treat_whitespace_as_suffix)",
        mend: "put the model's own tokenizer.json beside it")
    }
    switch model.algorithm {
    case .bpe: return try bpe(model, config)
    case .unigram: return try unigram(model, config)
    case .word, .character:
      throw unsupported(
        "tokenizer.model is a SentencePiece model of words or characters",
        mend: "put the model's own tokenizer.json beside it")
    }
  }

  /// These classes give the pieces other ids than the file does.
  private static func refuseRemappedClasses(_ config: JSON?) throws(TokenizerError) {
    let remapped = [
      "XLMRoberta", "MBart", "Camembert", "NLLB", "Nllb", "Barthez", "XGLM", "Pegasus", "BigBird", "Marian",
      "M2M",
      "Reformer", "Fnet", "Rembert", "XLNet", "Albert", "Deberta", "SeamlessM4T",
    ]
    guard let name = config?["tokenizer_class"]?.string, remapped.contains(where: { name.hasPrefix($0) })
    else {
      return
    }
    throw unsupported(
      "\(name) numbers SentencePiece's pieces in its own way",
      mend: "put the model's own tokenizer.json beside it")
  }

  private static func added(_ model: SentencePieceModel, _ config: JSON?) -> [AddedEntry] {
    let own = model.pieces.enumerated().compactMap { id, piece -> AddedEntry? in
      switch piece.kind {
      case .control, .unknown: AddedEntry(id: id, content: piece.text, isSpecial: true)
      case .userDefined: AddedEntry(id: id, content: piece.text, isSpecial: false)
      default: nil
      }
    }
    return AddedTokensConfig.merged(own, config)
  }

  private static func template(_ model: SentencePieceModel, _ config: JSON?, bos: Bool, eos: Bool) -> JSON {
    func token(_ id: Int) -> (token: String, id: Int)? {
      model.pieces.indices.contains(id) ? (model.pieces[id].text, id) : nil
    }
    return Component.template(
      before: config?["add_bos_token"]?.bool ?? bos ? token(model.beginID) : nil,
      after: config?["add_eos_token"]?.bool ?? eos ? token(model.endID) : nil) ?? .null
  }

  private static func bpe(_ model: SentencePieceModel, _ config: JSON?) throws(TokenizerError) -> JSON {
    let texts = model.pieces.map(\.text)
    var sections = Sections()
    sections.addedTokens = added(model, config)
    let hasPrefix = config?["add_prefix_space"]?.bool ?? model.addsDummyPrefix
    var normalizers = cleaning(model)
    if config?["legacy"]?.bool == false {
      sections.preTokenizer = [
        "type": "Metaspace", "replacement": "▁", "prepend_scheme": .string(hasPrefix ? "first" : "never"),
        "split": false,
      ]
    } else {
      if hasPrefix { normalizers.append(["type": "Prepend", "prepend": "▁"]) }
      normalizers.append(Component.replace(" ", by: "▁"))
    }
    sections.normalizer = Component.normalizers(normalizers)
    sections.decoder = Component.metaspaceDecoder(
      stripsPrefix: hasPrefix, hasByteFallback: model.hasByteFallback)
    sections.postProcessor = template(model, config, bos: true, eos: false)
    sections.model = Component.bpe(
      vocabulary: try vocabulary(texts), merges: ScoredMerges.make(texts, scores: model.pieces.map(\.score)),
      unknown: model.pieces.first { $0.kind == .unknown }?.text, fusesUnknown: true,
      hasByteFallback: model.hasByteFallback)
    return sections.json
  }

  /// What SentencePiece does to a text before it marks its spaces.
  private static func cleaning(_ model: SentencePieceModel) -> [JSON] {
    var normalizers: [JSON] = []
    if !model.charsmap.isEmpty, model.normalizerName != "identity" {
      normalizers.append([
        "type": "Precompiled", "precompiled_charsmap": .string(Base64.encode(model.charsmap)),
      ])
    }
    guard model.removesExtraWhitespaces else { return normalizers }
    // Only spaces, and at the end their marks too; other white space has become a space, or is none to this model.
    for (regex, content) in [(#"\A +|[ ▁]+\z"#, ""), (" {2,}", " ")] {
      normalizers.append([
        "type": "Replace", "pattern": ["Regex": .string(regex)], "content": .string(content),
      ])
    }
    return normalizers
  }

  /// Whether no piece goes on behind a space, so that the words between spaces can be looked at one by one.
  private static func splitsAtSpaces(_ model: SentencePieceModel) -> Bool {
    var knowsSpace = false
    for piece in model.pieces {
      let scalars = piece.text.unicodeScalars
      if scalars.dropFirst().contains("▁") { return false }
      if scalars.count == 1, scalars.first == "▁" { knowsSpace = true }
    }
    return knowsSpace
  }

  private static func unigram(_ model: SentencePieceModel, _ config: JSON?) throws(TokenizerError) -> JSON {
    var sections = Sections()
    sections.addedTokens = added(model, config)
    let hasPrefix = config?["add_prefix_space"]?.bool ?? model.addsDummyPrefix
    var normalizers = cleaning(model)
    // Metaspace would not put a mark before a space that is there already.
    if hasPrefix { normalizers.append(["type": "Prepend", "prepend": "▁"]) }
    normalizers.append(Component.replace(" ", by: "▁"))
    sections.normalizer = Component.normalizers(normalizers)
    if splitsAtSpaces(model) {
      sections.preTokenizer = [
        "type": "Split", "pattern": ["String": "▁"], "behavior": "MergedWithNext", "invert": false,
      ]
    }
    sections.decoder = Component.metaspaceDecoder(
      stripsPrefix: hasPrefix, hasByteFallback: model.hasByteFallback)
    let isT5 = config?["tokenizer_class"]?.string?.hasPrefix("T5") ?? false
    sections.postProcessor = template(model, config, bos: false, eos: isT5)
    sections.model = [
      "type": "Unigram", "unk_id": .int(model.unknownID),
      "vocab": .array(model.pieces.map { [.string($0.text), .double(Double($0.score))] }),
      "byte_fallback": .bool(model.hasByteFallback),
    ]
    return sections.json
  }
}
