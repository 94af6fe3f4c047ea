/// The texts of the split patterns of well-known tokenizers, as their `tokenizer.json` has them.
package enum KnownPatterns {
  /// GPT-2's, which `ByteLevel` with `use_regex` applies.
  package static let gpt2 = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

  private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
  private static let spaces = #"|\s*[\r\n]+|\s+(?!\S)|\s+"#
  private static let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
  private static let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
  private static let notHan = #"&&[^\p{Han}]]"#

  /// The family of cl100k, with its own number of digits.
  private static func cl100k(digits: String) -> String {
    contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits + #"| ?[^\s\p{L}\p{N}]+[\r\n]*"# + spaces
  }

  /// Llama 3's, also DBRX's, GLM-4's and (rewritten without possessives) cl100k's.
  package static let llama3 = cl100k(digits: #"\p{N}{1,3}"#)
  /// Qwen 2's.
  package static let qwen2 = cl100k(digits: #"\p{N}"#)
  /// Qwen 3.5's: marks belong to words.
  package static let qwen35 =
    contractions + #"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"# + spaces
  /// Seed-Coder's.
  package static let seedCoder =
    contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+"# + spaces
  /// Ling's.
  package static let bailing =
    #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*"#
    + #"|\s*[\r\n]|\s+(?!\S)|\s+"#

  private static func words(_ upper: String, _ lower: String, _ suffix: String) -> String {
    let lead = #"[^\r\n\p{L}\p{N}]?"#
    return lead + upper + "*" + lower + "+" + suffix + "|" + lead + upper + "+" + lower + "*" + suffix
  }

  /// o200k's (GPT-4o, gpt-oss, Llama 4).
  package static let o200k =
    words(upper, lower, contractions + "?") + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*"# + spaces
  /// Tekken's (Mistral Nemo and later).
  package static let tekken =
    words(upper, lower, "") + #"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*"# + spaces
  /// Kimi K2's.
  package static let kimi =
    #"[\p{Han}]+|"# + words(upper.dropLast() + notHan, lower.dropLast() + notHan, contractions + "?")
    + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"# + spaces
  /// BLOOM's.
  package static let bloom = " ?[^(\\s|[.,!?\u{2026}\u{3002}\u{FF0C}\u{3001}\u{964}\u{6D4}\u{60C}])]+"

  /// Qwen 2's without the contractions (Turkish suffixes stay with their word).
  package static let qwen2WithoutContractions =
    #"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"# + spaces
  /// MiniCPM 5's, behind groups of digits.
  package static let minicpm5 = cl100k(digits: #"\p{N}+"#)
  /// Jais 2's: runs of spaces in powers of two.
  package static let jais2 =
    contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|"#
    + [512, 256, 128, 64, 32, 16, 8, 4].map { #"\s{\#($0)}(?!\S)|"# }.joined() + #"\s{1,2}(?!\S)|\s{1}"#
  /// EXAONE MoE's: words may hold single spaces.
  package static let exaoneMoE =
    contractions + #"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?"#
    + #"|\s*[\r\n]|\s+(?!\S)|\s+"#
  /// Youtu's, behind its scripts.
  package static let youtu =
    words(upper, lower, contractions + "?") + #"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*"# + spaces
  /// Hangul, full-width punctuation, Bopomofo, Han and kana (Youtu).
  package static let youtuScripts =
    "[\u{AC00}-\u{D7A3}\u{3131}-\u{318E}]+|[！…“”‘’—：；，、\u{3001}-\u{303F}\u{FE30}-\u{FE4F}]+"
    + "|[\u{3105}-\u{312F}]+|[\u{4E00}-\u{9FA5}\u{3040}-\u{309F}\u{30A0}-\u{30FF}]+"
  /// Han, kana, Thai, Lao, Khmer, Burmese and Hangul (AFMoE).
  package static let afmoeScripts =
    "[\u{4E00}-\u{9FFF}\u{3400}-\u{4DBF}\u{F900}-\u{FAFF}\u{3040}-\u{309F}\u{30A0}-\u{30FF}\u{FF65}-\u{FF9F}"
    + "\u{2F00}-\u{2FDF}\u{E40}-\u{E7F}\u{E80}-\u{EFF}\u{1780}-\u{17FF}\u{1000}-\u{109F}\u{AA60}-\u{AA7F}"
    + "\u{A9E0}-\u{A9FF}\u{AC00}-\u{D7AF}\u{1100}-\u{11FF}]+"
  /// Groups of three digits, counted from the end of the number.
  package static let digitsFromRight = #"\d{1,3}(?=(?:\d{3})*\b)"#
  /// The same of all numeric characters.
  package static let numbersFromRight = #"\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))"#
  /// Lines and runs of line breaks.
  package static let lines = #"[^\n]+|[\n]+"#
  /// llama.cpp's, where a file names nothing.
  package static let defaultPunctuation = #"[\p{P}\$\+<=>\^~\|]+"#
  /// A run of digits.
  package static let digitRun = #"\p{N}+"#
  /// A digit.
  package static let digit = #"\p{N}"#

  // DeepSeek's, applied one after another.

  /// Words, punctuation and spaces (Spark 2.5): line breaks one by one.
  package static let spark =
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?["
    + "\\p{P}\\p{S}]+|[\r\n]|\\s+(?!\\S)|\\s+"

  /// Groups of digits (V3).
  package static let upToThreeDigits = #"\p{N}{1,3}"#
  /// Han and kana (V3).
  package static let deepseekCJK = "[\u{4E00}-\u{9FA5}\u{3040}-\u{309F}\u{30A0}-\u{30FF}]+"
  /// Words, punctuation and spaces (V3, R1).
  package static let deepseekV3 =
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?["
    + "\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"
  /// Line breaks.
  package static let newline = "[\r\n]"
  /// Words (Coder).
  package static let spaceLetters = #"\s?\p{L}+"#
  /// Punctuation (Coder).
  package static let spacePunctuation = #"\s?\p{P}+"#
  /// Cased letters (LLM).
  package static let deepseekLetters =
    "\\s?[A-Za-z\u{B5}\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{1BA}\u{1BC}-\u{1BF}\u{1C4}-\u{293}\u{295}-"
    + "\u{2AF}\u{370}-\u{373}\u{376}\u{377}\u{37B}-\u{37D}\u{37F}\u{386}\u{388}-\u{38A}\u{38C}\u{38E}-"
    + "\u{3A1}\u{3A3}-\u{3F5}\u{3F7}-\u{481}\u{48A}-\u{52F}\u{531}-\u{556}\u{10A0}-\u{10C5}\u{13A0}-"
    + "\u{13F5}\u{13F8}-\u{13FD}\u{1C90}-\u{1CBA}\u{1CBD}-\u{1CBF}\u{1D00}-\u{1D2B}\u{1D6B}-\u{1D77}"
    + "\u{1D79}-\u{1D9A}\u{1E00}-\u{1F15}\u{1F18}-\u{1F1D}\u{1F20}-\u{1F45}\u{1F48}-\u{1F4D}\u{1F50}-"
    + "\u{1F57}\u{1F59}\u{1F5B}\u{1F5D}\u{1F5F}-\u{1F7D}\u{1F80}-\u{1FB4}\u{1FB6}-\u{1FBC}\u{1FBE}\u{1FC2}-"
    + "\u{1FC4}\u{1FC6}-\u{1FCC}\u{1FD0}-\u{1FD3}\u{1FD6}-\u{1FDB}\u{1FE0}-\u{1FEC}\u{1FF2}-\u{1FF4}"
    + "\u{1FF6}-\u{1FFC}\u{2102}\u{2107}\u{210A}-\u{2113}\u{2115}\u{2119}-\u{211D}\u{2124}\u{2126}\u{2128}"
    + "\u{212A}-\u{212D}\u{212F}-\u{2134}\u{2139}\u{213C}-\u{213F}\u{2145}-\u{2149}\u{214E}\u{2183}\u{2184}"
    + "\u{2C00}-\u{2C7B}\u{2C7E}-\u{2CE4}\u{2CEB}-\u{2CEE}\u{2CF2}\u{2CF3}\u{A640}-\u{A66D}\u{A680}-"
    + "\u{A69B}\u{A722}-\u{A76F}\u{A771}-\u{A787}\u{A78B}-\u{A78E}\u{AB70}-\u{ABBF}\u{FB00}-\u{FB06}"
    + "\u{FB13}-\u{FB17}\u{FF21}-\u{FF3A}\u{FF41}-\u{FF5A}\u{10400}-\u{1044F}\u{104B0}-\u{104D3}\u{104D8}-"
    + "\u{104FB}\u{10C80}-\u{10CB2}\u{10CC0}-\u{10CF2}\u{118A0}-\u{118DF}\u{1E900}-\u{1E943}]+"
  /// Punctuation (LLM).
  package static let deepseekPunctuation =
    "\\s?[!-/:-~\u{FF01}-\u{FF0F}\u{FF1A}-\u{FF5E}\u{2018}-\u{201F}\u{3000}-\u{3002}]+"
  /// Space before the end of a line (LLM).
  package static let trailingSpace = #"\s+$"#
  /// East Asian text (LLM, Coder).
  package static let deepseekLLMCJK = "[\u{4E00}-\u{9FA5}\u{800}-\u{4E00}\u{AC00}-\u{D7FF}]+"
}
