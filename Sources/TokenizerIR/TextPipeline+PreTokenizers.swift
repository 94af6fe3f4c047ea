import JSON
import Patterns

extension TextPipeline {
  private static let punctuation = "[\\p{P}!-/:-@\\[-`{-~]"

  /// The `pre_tokenizer` section.
  mutating func preTokenize(_ json: JSON) throws(TokenizerIRError) {
    guard let type = json["type"]?.string else { return }
    switch type {
    case "Sequence":
      let parts = json["pretokenizers"]?.array ?? []
      for part in parts { try preTokenize(part) }
      if parts.dropLast().contains(where: { $0["type"]?.string == "ByteLevel" }) {
        differences.append("what follows ByteLevel sees text, not the characters that stand for bytes")
      }
    case "ByteLevel":
      if json["add_prefix_space"]?.bool ?? true { replace("(?:^)([^ ])", by: " $1") }
      if json["use_regex"]?.bool ?? true { split(KnownPatterns.gpt2, "isolate") }
    case "Split":
      split(
        try pattern(json["pattern"]), try behaviour(json["behavior"]?.string ?? ""),
        invert: json["invert"]?.bool ?? false)
    case "Digits":
      split(json["individual_digits"]?.bool ?? false ? "\\p{N}" : "\\p{N}+", "isolate")
    case "Punctuation": split(Self.punctuation, try behaviour(json["behavior"]?.string ?? "Isolated"))
    case "BertPreTokenizer":
      split("\\s+", "remove")
      split(Self.punctuation, "isolate")
    case "Whitespace": split("\\w+|[^\\w\\s]+", "remove", invert: true)
    case "WhitespaceSplit": split("\\s+", "remove")
    case "CharDelimiterSplit": split(RegexText.quoted(json["delimiter"]?.string ?? ""), "remove")
    case "Metaspace": try metaspace(json)
    default: throw .unsupported("the pre-tokenizer \(type) has no operation in the tokenizer IR")
    }
  }

  private mutating func metaspace(_ json: JSON) throws(TokenizerIRError) {
    let mark = json["replacement"]?.string ?? "▁"
    replace(" ", by: RegexText.replacement(mark))
    let scheme =
      json["prepend_scheme"]?.string ?? (json["add_prefix_space"]?.bool ?? true ? "always" : "never")
    if scheme != "never" {
      replace("(?:^)(?!\(RegexText.quoted(mark)))([\\s\\S])", by: RegexText.replacement(mark) + "$1")
    }
    if scheme == "first" {
      differences.append("text after an added token begins with a space mark too")
    }
    // Not "mergedwithnext", which loses marks that follow one another.
    if json["split"]?.bool ?? true, mark.unicodeScalars.count == 1 {
      let text = RegexText.quoted(mark)
      split("\(text)[^\(text)]*|[^\(text)]+", "isolate")
    }
  }

  private func behaviour(_ name: String) throws(TokenizerIRError) -> String {
    switch name.lowercased() {
    case "removed": return "remove"
    case "isolated": return "isolate"
    case "contiguous": return "contiguous"
    case "mergedwithprevious": return "mergedwithprevious"
    case "mergedwithnext": return "mergedwithnext"
    default: throw .malformed("a split behaviour is \"\(name)\"")
    }
  }
}
