import Patterns
import Tokenization

extension TextPipeline {
  private static let punctuation = "[\\p{P}!-/:-@\\[-`{-~]"

  /// What cuts the text into pieces that no token crosses.
  mutating func preTokenize(_ preTokenizer: PreTokenizer) throws(TokenizerIRError) {
    switch preTokenizer {
    case .sequence(let parts):
      for part in parts { try preTokenize(part) }
      if parts.dropLast().contains(where: { if case .byteLevel = $0 { true } else { false } }) {
        differences.append("what follows ByteLevel sees text, not the characters that stand for bytes")
      }
    case .byteLevel(let byteLevel):
      if byteLevel.addsPrefixSpace { replace("(?:^)([^ ])", by: " $1") }
      if byteLevel.usesRegex { split(KnownPatterns.gpt2, "isolate") }
    case .split(let rule):
      split(try RegexText.pattern(rule.pattern), behaviour(rule.behavior), invert: rule.isInverted)
    case .digits(let individual): split(individual ? "\\p{N}" : "\\p{N}+", "isolate")
    case .punctuation(let behavior): split(Self.punctuation, behaviour(behavior))
    case .bert:
      split("\\s+", "remove")
      split(Self.punctuation, "isolate")
    case .whitespace: split("\\w+|[^\\w\\s]+", "remove", invert: true)
    case .whitespaceSplit: split("\\s+", "remove")
    case .delimiter(let delimiter): split(RegexText.quoted(String(delimiter)), "remove")
    case .metaspace(let metaspace): self.metaspace(metaspace)
    case .unicodeScripts:
      throw .unsupported("the pre-tokenizer UnicodeScripts has no operation in the tokenizer IR")
    case .fixedLength:
      throw .unsupported("the pre-tokenizer FixedLength has no operation in the tokenizer IR")
    }
  }

  private mutating func metaspace(_ metaspace: Metaspace) {
    let mark = String(metaspace.replacement)
    replace(" ", by: RegexText.replacement(mark))
    if metaspace.prependScheme != .never {
      replace("(?:^)(?!\(RegexText.quoted(mark)))([\\s\\S])", by: RegexText.replacement(mark) + "$1")
    }
    if metaspace.prependScheme == .first {
      differences.append("text after an added token begins with a space mark too")
    }
    // Not "mergedwithnext", which loses marks that follow one another.
    if metaspace.splits {
      let text = RegexText.quoted(mark)
      split("\(text)[^\(text)]*|[^\(text)]+", "isolate")
    }
  }

  private func behaviour(_ behavior: SplitBehavior) -> String {
    switch behavior {
    case .removed: "remove"
    case .isolated: "isolate"
    case .contiguous: "contiguous"
    case .mergedWithPrevious: "mergedwithprevious"
    case .mergedWithNext: "mergedwithnext"
    }
  }
}
