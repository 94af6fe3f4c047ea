/// How a model fills in what is missing between two texts: by tokens that its training put around them.
struct FillInMiddle: Sendable {
  /// The names of the tokens in a family of vocabularies.
  private struct Form {
    var prefix: String
    var suffix: String
    /// Nil where the answer follows the prefix at once.
    var middle: String?
    /// What ends the part that was missing, besides the end of a text.
    var ends: [String] = []
    var hasSuffixFirst = false
  }

  private static let forms = [
    // Qwen's coders, CodeGemma, Granite, Seed's coders.
    Form(
      prefix: "<|fim_prefix|>", suffix: "<|fim_suffix|>", middle: "<|fim_middle|>",
      ends: ["<|endoftext|>", "<|fim_pad|>", "<|file_separator|>", "<|file_sep|>", "<|repo_name|>"]),
    // StarCoder.
    Form(
      prefix: "<fim_prefix>", suffix: "<fim_suffix>", middle: "<fim_middle>",
      ends: ["<|endoftext|>", "<file_sep>"]),
    // Older StarCoder models and SantaCoder.
    Form(prefix: "<fim-prefix>", suffix: "<fim-suffix>", middle: "<fim-middle>", ends: ["<|endoftext|>"]),
    // DeepSeek's coders: the hole is named where it is.
    Form(
      prefix: "<｜fim▁begin｜>", suffix: "<｜fim▁hole｜>", middle: "<｜fim▁end｜>",
      ends: ["<｜end▁of▁sentence｜>"]),
    // Code Llama.
    Form(prefix: "▁<PRE>", suffix: "▁<SUF>", middle: "▁<MID>", ends: ["▁<EOT>"]),
    // GLM's coders.
    Form(
      prefix: "<|code_prefix|>", suffix: "<|code_suffix|>", middle: "<|code_middle|>", ends: ["<|endoftext|>"]
    ),
    // Codestral.
    Form(prefix: "[PREFIX]", suffix: "[SUFFIX]", middle: nil, hasSuffixFirst: true),
  ]

  private let prefix: Int
  private let suffix: Int
  private let middle: [Int]
  private let hasSuffixFirst: Bool
  /// What a text begins with in this vocabulary, if anything.
  private let begin: [Int]
  /// The tokens that end the part that was missing.
  let stopTokens: [Int]

  /// - Returns: Nil where the vocabulary has no such tokens.
  init?(_ prompts: any PromptFormatting) {
    for form in Self.forms {
      guard let prefix = prompts.id(of: form.prefix), let suffix = prompts.id(of: form.suffix) else {
        continue
      }
      let middle = form.middle.map { prompts.id(of: $0) }
      if case .some(.none) = middle { continue }
      self.prefix = prefix
      self.suffix = suffix
      self.middle = [middle ?? nil].compactMap(\.self)
      hasSuffixFirst = form.hasSuffixFirst
      begin = prompts.encode("", addSpecialTokens: true)
      stopTokens = form.ends.compactMap { prompts.id(of: $0) }
      return
    }
    return nil
  }

  /// The tokens after which the model writes what is missing.
  func prompt(before: [Int], after: [Int]) -> [Int] {
    if hasSuffixFirst { return begin + [suffix] + after + [prefix] + before }
    return begin + [prefix] + before + [suffix] + after + middle
  }
}

extension WireReader {
  /// The form for filling in that a request with a `suffix` needs; nil for a request without one.
  func fillInMiddle(_ prompts: any PromptFormatting) throws(ServingError) -> (
    form: FillInMiddle, suffix: [Int]
  )? {
    guard let text = try string("suffix"), !text.isEmpty else { return nil }
    guard let form = FillInMiddle(prompts) else {
      throw fault("this model has no tokens for filling in before a suffix: leave it out", "suffix")
    }
    return (form, prompts.encode(text, addSpecialTokens: false))
  }
}
