import JSON
import Patterns
import Text

extension TokenizerImporter {
  /// A `tokenizer.json` from a tiktoken file: lines of a base64 token and its rank.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - pattern: how text is split; nil takes the one of the `tokenizer_class` in `config`, else Llama 3's.
  ///   - config: `tokenizer_config.json`, for the class and the special tokens.
  /// - Throws: `TokenizerError` when the file is none such.
  public static func fromTiktoken(
    _ bytes: [UInt8], pattern: String? = nil, config: JSON? = nil
  ) throws(TokenizerError) -> JSON {
    let tokens = try tiktokenTokens(bytes)
    let family = TiktokenFamily(config?["tokenizer_class"]?.string)
    var sections = Sections()
    let own = family.specialTokens.enumerated().map {
      AddedEntry(id: tokens.count + $0.offset, content: $0.element, isSpecial: true)
    }
    sections.addedTokens = AddedTokensConfig.merged(own, config)
    sections.normalizer = family.normalizer
    sections.preTokenizer = Component.preTokenizers([
      Component.split(pattern ?? family.pattern), Component.byteLevel(usesRegex: false),
    ])
    sections.decoder = Component.byteLevelDecoder
    let vocabulary = try vocabulary(tokens)
    let addsBOS = config?["add_bos_token"]?.bool ?? family.addsBOS
    sections.postProcessor =
      Component.template(
        before: addsBOS
          ? AddedTokensConfig.named("bos_token", config, sections.addedTokens, vocabulary) : nil,
        after: config?["add_eos_token"]?.bool ?? false
          ? AddedTokensConfig.named("eos_token", config, sections.addedTokens, vocabulary) : nil)
      ?? Component.byteLevel(usesRegex: true, trimsOffsets: false)
    sections.model = Component.bpe(
      vocabulary: vocabulary, merges: ScoredMerges.make(ranked: tokens), ignoresMerges: true)
    return sections.json
  }

  /// The tokens by rank, in GPT-2's alphabet.
  private static func tiktokenTokens(_ bytes: [UInt8]) throws(TokenizerError) -> [String] {
    func malformed(_ line: Int) -> TokenizerError {
      TokenizerError(
        .malformed, "line \(line) of the tiktoken file is not a base64 token and its rank",
        mend: "take the file from the model's repository again")
    }
    var tokens: [Int: String] = [:]
    for (number, line) in bytes.split(separator: 10).enumerated() {
      let parts = line.split(whereSeparator: { $0 == 32 || $0 == 13 })
      guard parts.count == 2, let token = Base64.decode(parts[0]), !token.isEmpty,
        let rank = Int(String(decoding: parts[1], as: UTF8.self))
      else { throw malformed(number + 1) }
      if tokens.updateValue(ByteAlphabet.text(token), forKey: rank) != nil { throw malformed(number + 1) }
    }
    var ranked: [String] = []
    for rank in 0..<tokens.count {
      guard let token = tokens[rank] else {
        throw inconsistent("the tiktoken file has \(tokens.count) tokens but none of rank \(rank)")
      }
      ranked.append(token)
    }
    if ranked.isEmpty { throw malformed(1) }
    return ranked
  }
}

/// What the code of a model family adds to its tiktoken file.
private struct TiktokenFamily {
  var pattern = KnownPatterns.llama3
  var normalizer: JSON = .null
  var specialTokens: [String] = []
  var addsBOS = false

  init(_ tokenizerClass: String?) {
    switch tokenizerClass {
    case "QWenTokenizer":
      pattern = KnownPatterns.qwen2
      normalizer = ["type": "NFC"]
      specialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] + (0..<205).map { "<|extra_\($0)|>" }
    case "TikTokenTokenizer": pattern = KnownPatterns.kimi
    case "PreTrainedTokenizerFast", "LlamaTokenizer": addsBOS = true
    default: break
    }
  }
}
