/// Which pattern has a scanner.
enum ScannerChoice {
  static func scanner(for regex: String) -> (any PatternScanner)? {
    switch regex {
    case KnownPatterns.gpt2: return GPT2Scanner()
    case KnownPatterns.llama3: return CL100KScanner(digits: 3)
    case KnownPatterns.qwen2: return CL100KScanner(digits: 1)
    default: return nil
    }
  }
}
