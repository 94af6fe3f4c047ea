import JSON

extension TextPipeline {
  /// The `normalizer` section.
  mutating func normalize(_ json: JSON) throws(TokenizerIRError) {
    guard let type = json["type"]?.string else { return }
    switch type {
    case "Sequence":
      for part in json["normalizers"]?.array ?? [] { try normalize(part) }
    case "NFC", "NFD", "NFKC", "NFKD": mapCharacters(form: type.lowercased())
    case "Lowercase": lowercase()
    case "StripAccents": replace("\\p{Mn}", by: "")
    case "Strip":
      if json["strip_left"]?.bool ?? true { replace("^\\s+", by: "") }
      if json["strip_right"]?.bool ?? true { replace("\\s+\\z", by: "") }
    case "Replace":
      replace(try pattern(json["pattern"]), by: RegexText.replacement(json["content"]?.string ?? ""))
    case "Prepend":
      replace("(?:^)([\\s\\S])", by: RegexText.replacement(json["prepend"]?.string ?? "") + "$1")
    case "BertNormalizer": normalizeBert(json)
    case "Precompiled":
      guard let charsmap = Base64Text.decode(json["precompiled_charsmap"]?.string ?? "") else {
        throw .malformed("the precompiled character map is not base64")
      }
      mapCharacters(form: "", charsmap: charsmap)
    default: throw .unsupported("the normalizer \(type) has no operation in the tokenizer IR")
    }
  }

  /// By a map of our own: the extension's own switch folds case, which is another thing for ß, ſ, ς and the like.
  private mutating func lowercase() { mapCharacters(form: "", charsmap: CharacterMap.lowercase) }

  private mutating func normalizeBert(_ json: JSON) {
    if json["clean_text"]?.bool ?? true {
      replace("[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F-\\x9F\\p{Cf}\\p{Co}\\x{FFFD}]", by: "")
      replace("\\s", by: " ")
    }
    if json["handle_chinese_chars"]?.bool ?? true {
      replace(
        "([\\x{4E00}-\\x{9FFF}\\x{3400}-\\x{4DBF}\\x{20000}-\\x{2A6DF}\\x{2A700}-\\x{2B73F}\\x{2B740}-\\x{2B81F}"
          + "\\x{2B920}-\\x{2CEAF}\\x{F900}-\\x{FAFF}\\x{2F800}-\\x{2FA1F}])", by: " $1 ")
    }
    let isLowercase = json["lowercase"]?.bool ?? true
    if json["strip_accents"]?.bool ?? isLowercase {
      mapCharacters(form: "nfd")
      replace("\\p{Mn}", by: "")
    }
    if isLowercase { lowercase() }
  }

  /// The regular expression of a `{"String": …}` or `{"Regex": …}` pattern.
  func pattern(_ json: JSON?) throws(TokenizerIRError) -> String {
    if let text = json?["String"]?.string { return RegexText.quoted(text) }
    if let regex = json?["Regex"]?.string { return try RegexText.fromOniguruma(regex) }
    throw .malformed("a pattern is neither String nor Regex")
  }
}
