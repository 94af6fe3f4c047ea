/// Which pattern has a scanner, by its exact text.
enum ScannerChoice {
  static func scanner(for regex: String) -> (any PatternScanner)? {
    // Compared by scalars: Swift's `==` takes canonically equivalent texts for the same.
    if let (_, scanner) = whole.first(where: { $0.0.utf8.elementsEqual(regex.utf8) }) { return scanner }
    return runs.contains { $0.utf8.elementsEqual(regex.utf8) } ? runScanner(regex) : nil
  }

  private static let whole: [(String, any PatternScanner)] = [
    (KnownPatterns.gpt2, GPT2Scanner()),
    (KnownPatterns.llama3, CL100KScanner(digits: 3)),
    (KnownPatterns.qwen2, CL100KScanner(digits: 1)),
    (KnownPatterns.o200k, CasedWordScanner(digits: 3, hasContractions: true)),
    (KnownPatterns.tekken, CasedWordScanner(digits: 1, hasContractions: false)),
    (KnownPatterns.deepseekV3, DeepSeekV3Scanner()),
  ]

  private static let runs = [
    KnownPatterns.upToThreeDigits, KnownPatterns.deepseekCJK, KnownPatterns.newline,
    KnownPatterns.spaceLetters, KnownPatterns.spacePunctuation, KnownPatterns.deepseekLetters,
    KnownPatterns.deepseekPunctuation, KnownPatterns.deepseekLLMCJK, #"\p{N}"#, #"\p{N}+"#, " {2,}",
  ]

  /// Reads what the run is made of from the parsed pattern; nil when it is of another shape.
  private static func runScanner(_ regex: String) -> (any PatternScanner)? {
    guard let node = try? RegexParser.parse(regex) else { return nil }
    switch node {
    case .set(let members): return RunScanner(members, most: 1)
    case .repetition(.set(let members), min: 1, let most, .greedy):
      return RunScanner(members, most: most ?? .max)
    case .sequence(let parts):
      guard parts.count == 2, case .repetition(.set(let lead), min: 0, max: 1, .greedy) = parts[0],
        case .repetition(.set(let members), min: 1, let most, .greedy) = parts[1]
      else { return nil }
      return RunScanner(members, lead: lead, most: most ?? .max)
    default: return nil
    }
  }
}
