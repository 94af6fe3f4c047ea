import JSON
import Patterns

/// What a `tokenizer.ggml.pre` name stands for.
///
/// The names are those that llama.cpp's converter writes; the components are those of the `tokenizer.json` of the
/// models behind them (llama.cpp's own patterns differ where its regular expressions lack a feature).
struct PreTokenizerRecipe {
  var preTokenizer: JSON
  var normalizer: JSON = .null
  var ignoresMerges = false
  /// What holds when the file does not say whether a begin token is added.
  var addsBOS = false
  /// Tokens are written in the alphabet of bytes.
  var encodesBytes = true

  private static func splits(_ regexes: String...) -> JSON {
    Component.preTokenizers(regexes.map(Component.split) + [Component.byteLevel(usesRegex: false)])
  }

  private static let digitsThenBytes = Component.preTokenizers([
    Component.digits(individual: true), Component.byteLevel(usesRegex: true),
  ])
  private static let nfc: JSON = ["type": "NFC"]

  /// nil for a name that is not known.
  static func named(_ name: String) -> PreTokenizerRecipe? {
    switch name {
    case "gpt-2", "phi-2", "jina-es", "jina-de", "jina-v1-en", "jina-v2-es", "jina-v2-de", "jina-v2-code",
      "roberta-bpe", "gigachat", "a.x-4.0", "mellum", "jais", "trillion", "granite-docling", "exaone4",
      "modern-bert":
      return PreTokenizerRecipe(preTokenizer: Component.byteLevel(usesRegex: true))
    case "mpt", "olmo":
      return PreTokenizerRecipe(preTokenizer: Component.byteLevel(usesRegex: true), normalizer: nfc)
    case "smollm", "starcoder", "refact", "codeshell", "exaone", "minerva-7b", "mellum2":
      return PreTokenizerRecipe(preTokenizer: digitsThenBytes)
    case "command-r": return PreTokenizerRecipe(preTokenizer: digitsThenBytes, normalizer: nfc)
    case "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
      "jina-v5-nano":
      return PreTokenizerRecipe(
        preTokenizer: splits(KnownPatterns.llama3), ignoresMerges: true, addsBOS: true)
    case "dbrx", "smaug-bpe", "glm4", "chatglm-bpe":
      return PreTokenizerRecipe(preTokenizer: splits(KnownPatterns.llama3))
    case "qwen2", "deepseek-r1-qwen", "kormo", "stablelm2", "f2llmv2":
      return PreTokenizerRecipe(preTokenizer: splits(KnownPatterns.qwen2), normalizer: nfc)
    case "megrez", "hunyuan", "grok-2", "solar-open":
      return PreTokenizerRecipe(preTokenizer: splits(KnownPatterns.qwen2))
    case "qwen35": return PreTokenizerRecipe(preTokenizer: splits(KnownPatterns.qwen35), normalizer: nfc)
    case "gpt-4o", "llama4", "minimax-m2", "kanana2", "talkie":
      return PreTokenizerRecipe(preTokenizer: splits(KnownPatterns.o200k))
    case "granite-embed-multi-97m":
      return PreTokenizerRecipe(preTokenizer: splits(KnownPatterns.o200k), ignoresMerges: true)
    case "kimi-k2": return PreTokenizerRecipe(preTokenizer: splits(KnownPatterns.kimi))
    case "tekken":
      return PreTokenizerRecipe(
        preTokenizer: splits(KnownPatterns.tekken), ignoresMerges: true, addsBOS: true)
    default: return namedSequence(name)
    }
  }

  private static func namedSequence(_ name: String) -> PreTokenizerRecipe? {
    let bytes = Component.byteLevel(usesRegex: false)
    switch name {
    case "deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4":
      return PreTokenizerRecipe(
        preTokenizer: splits(
          KnownPatterns.upToThreeDigits, KnownPatterns.deepseekCJK, KnownPatterns.deepseekV3))
    case "deepseek-llm":
      let parts = [
        KnownPatterns.newline, KnownPatterns.deepseekLetters, KnownPatterns.deepseekPunctuation,
        KnownPatterns.trailingSpace, KnownPatterns.deepseekLLMCJK,
      ]
      return PreTokenizerRecipe(
        preTokenizer: Component.preTokenizers(
          parts.map(Component.split) + [Component.digits(individual: true), bytes]))
    case "deepseek-coder":
      let parts = [
        KnownPatterns.newline, KnownPatterns.spaceLetters, KnownPatterns.spacePunctuation,
        KnownPatterns.deepseekLLMCJK,
      ]
      return PreTokenizerRecipe(
        preTokenizer: Component.preTokenizers(
          parts.map(Component.split) + [Component.digits(individual: true), bytes]))
    case "falcon":
      return PreTokenizerRecipe(
        preTokenizer: Component.preTokenizers([
          ["type": "Punctuation", "behavior": "Contiguous"], Component.byteLevel(usesRegex: true),
          Component.digits(individual: false), Component.split("[0-9][0-9][0-9]"),
        ]))
    case "bloom", "gpt3-finnish", "poro-chat":
      return PreTokenizerRecipe(preTokenizer: splits(KnownPatterns.bloom))
    case "viking":
      return PreTokenizerRecipe(
        preTokenizer: Component.preTokenizers([
          Component.split(KnownPatterns.bloom), Component.digits(individual: true), bytes,
        ]))
    case "seed-coder": return PreTokenizerRecipe(preTokenizer: splits(KnownPatterns.seedCoder))
    case "bailingmoe", "bailingmoe2", "llada-moe":
      return PreTokenizerRecipe(preTokenizer: splits(KnownPatterns.bailing))
    default: return namedLater(name)
    }
  }

  /// Names that came up in 2025 and 2026, and what holds where there is none.
  private static func namedLater(_ name: String) -> PreTokenizerRecipe? {
    switch name {
    // What llama.cpp does with a file that does not say it; files of 2023 and 2024 are such.
    case "", "default":
      return PreTokenizerRecipe(
        preTokenizer: splits(
          KnownPatterns.defaultPunctuation, KnownPatterns.gpt2, KnownPatterns.digitRun, "[0-9][0-9][0-9]"))
    case "minicpm5":
      return PreTokenizerRecipe(
        preTokenizer: splits(KnownPatterns.upToThreeDigits, KnownPatterns.minicpm5), ignoresMerges: true)
    case "jais-2": return PreTokenizerRecipe(preTokenizer: splits(KnownPatterns.jais2))
    case "spark2_5":
      return PreTokenizerRecipe(
        preTokenizer: splits(
          KnownPatterns.upToThreeDigits, KnownPatterns.deepseekCJK, KnownPatterns.spark, KnownPatterns.digit))
    case "youtu":
      return PreTokenizerRecipe(
        preTokenizer: splits(KnownPatterns.youtuScripts, KnownPatterns.youtu), ignoresMerges: true)
    case "exaone-moe": return PreTokenizerRecipe(preTokenizer: splits(KnownPatterns.exaoneMoE))
    case "chameleon":
      return PreTokenizerRecipe(
        preTokenizer: splits(
          "<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z", "([\\t\\n]|    |  )",
          KnownPatterns.digit,
          #"[\p{P}!-/:-@\[-`{-~]"#, KnownPatterns.gpt2),
        addsBOS: true)
    case "tiny_aya", "cohere2moe":
      return PreTokenizerRecipe(preTokenizer: splits(KnownPatterns.digitsFromRight, KnownPatterns.o200k))
    case "superbpe":
      return PreTokenizerRecipe(preTokenizer: splits(#"\p{N}+"#, #"(?=(\d{3})+(?!\d))"#))
    case "ufakzeka": return PreTokenizerRecipe(preTokenizer: splits(KnownPatterns.qwen2WithoutContractions))
    case "afmoe":
      return PreTokenizerRecipe(
        preTokenizer: splits(
          KnownPatterns.numbersFromRight, KnownPatterns.afmoeScripts, KnownPatterns.deepseekV3))
    case "laguna":
      return PreTokenizerRecipe(preTokenizer: splits(KnownPatterns.lines, KnownPatterns.qwen2))
    case "whitespace":
      return PreTokenizerRecipe(preTokenizer: ["type": "WhitespaceSplit"], encodesBytes: false)
    default: return nil
    }
  }
}
