/// The texts of the patterns that have a hand-written scanner.
package enum KnownPatterns {
  /// GPT-2's, which `ByteLevel` with `use_regex` applies.
  package static let gpt2 = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
  /// Llama 3's.
  package static let llama3 =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"#
    + #"|\s*[\r\n]+|\s+(?!\S)|\s+"#
  /// Qwen 2's.
  package static let qwen2 =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"#
    + #"|\s*[\r\n]+|\s+(?!\S)|\s+"#

  static func scanner(for regex: String) -> (any PatternScanner)? {
    switch regex {
    case gpt2: return GPT2Scanner()
    case llama3: return CL100KScanner(digits: 3)
    case qwen2: return CL100KScanner(digits: 1)
    default: return nil
    }
  }
}
