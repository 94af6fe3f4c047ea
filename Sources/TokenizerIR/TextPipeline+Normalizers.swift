import Tokenization

extension TextPipeline {
  /// What is done to the text before it is cut.
  mutating func normalize(_ normalizer: Normalizer) throws(TokenizerIRError) {
    switch normalizer {
    case .sequence(let parts): for part in parts { try normalize(part) }
    case .form(let form): mapCharacters(form: form.rawValue)
    case .lowercase: lowercase()
    case .stripAccents: replace("\\p{Mn}", by: "")
    case .strip(let left, let right):
      if left { replace("^\\s+", by: "") }
      if right { replace("\\s+\\z", by: "") }
    case .replace(let rule):
      replace(try RegexText.pattern(rule.pattern), by: RegexText.replacement(rule.content))
    case .prepend(let text): replace("(?:^)([\\s\\S])", by: RegexText.replacement(text) + "$1")
    case .bert(let bert): normalizeBert(bert)
    case .precompiled(let map):
      if !map.bytes.isEmpty { mapCharacters(form: "", charsmap: map.bytes) }
    case .nmt: throw .unsupported("the normalizer Nmt has no operation in the tokenizer IR")
    case .byteLevel: throw .unsupported("the normalizer ByteLevel has no operation in the tokenizer IR")
    }
  }

  /// By a map of our own: the extension's own switch folds case, which is another thing for ß, ſ, ς and the like.
  private mutating func lowercase() { mapCharacters(form: "", charsmap: CharacterMap.lowercase) }

  private mutating func normalizeBert(_ bert: BertNormalizer) {
    if bert.cleansText {
      replace("[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F-\\x9F\\p{Cf}\\p{Co}\\x{FFFD}]", by: "")
      replace("\\s", by: " ")
    }
    if bert.handlesChinese {
      replace(
        "([\\x{4E00}-\\x{9FFF}\\x{3400}-\\x{4DBF}\\x{20000}-\\x{2A6DF}\\x{2A700}-\\x{2B73F}\\x{2B740}-\\x{2B81F}"
          + "\\x{2B920}-\\x{2CEAF}\\x{F900}-\\x{FAFF}\\x{2F800}-\\x{2FA1F}])", by: " $1 ")
    }
    if bert.stripsAccents {
      mapCharacters(form: "nfd")
      replace("\\p{Mn}", by: "")
    }
    if bert.lowercases { lowercase() }
  }
}
