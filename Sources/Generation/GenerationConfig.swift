/// How to generate, every option decided and legal.
///
/// Names, meaning and defaults are those of transformers' `GenerationConfig`, except that an answer without
/// `max_new_tokens` goes on to the end of the context (there it stops after 20 tokens, prompt included).
public struct GenerationConfig: Sendable, Equatable, Codable {
  /// How a token is chosen from logits.
  public var sampling: SamplingConfig
  /// Where the random numbers begin; nil for a different run every time.
  public var seed: UInt64?
  /// Tokens to generate at most; nil up to the end of the context.
  public var maxNewTokens: Int?
  /// Tokens to generate before the end may come.
  public var minNewTokens: Int
  /// Texts that end the answer and do not appear in it.
  public var stopStrings: [String]
  /// Tokens that end the answer.
  public var eosTokenIDs: [Int]
  /// Go on after an end token, to measure.
  public var ignoresEOS: Bool

  /// Decides the options that are not given and checks those that are.
  ///
  /// - Throws: `GenerationError` of code `.badOption`, naming the option, its value and the legal range.
  public init(_ options: GenerationOptions = .init()) throws(GenerationError) {
    sampling = try SamplingConfig(options)
    seed = options.seed
    maxNewTokens = options.maxNewTokens
    minNewTokens = options.minNewTokens ?? 0
    stopStrings = options.stopStrings ?? []
    eosTokenIDs = options.eosTokenIDs ?? []
    ignoresEOS = options.ignoresEOS ?? false
    try Self.check("max_new_tokens", maxNewTokens ?? 1, "1 or more") { $0 >= 1 }
    try Self.check("min_new_tokens", minNewTokens, "0 or more") { $0 >= 0 }
    if let maxNewTokens {
      try Self.check("min_new_tokens", minNewTokens, "at most max_new_tokens, \(maxNewTokens)") {
        $0 <= maxNewTokens
      }
    }
    for text in stopStrings where text.isEmpty {
      throw GenerationError(
        .badOption, "a stop string is empty", mend: "give a text of one character or more")
    }
    for id in eosTokenIDs { try Self.check("eos_token_id", id, "0 or more") { $0 >= 0 } }
  }

  static func check<Value>(
    _ name: String, _ value: Value, _ range: String, _ isLegal: (Value) -> Bool
  ) throws(GenerationError) {
    guard isLegal(value) else {
      throw GenerationError(.badOption, "\(name) is \(value)", mend: "\(name) must be \(range)")
    }
  }
}

/// How a token is chosen from logits.
public struct SamplingConfig: Sendable, Equatable, Codable {
  /// Draw from the distribution; otherwise take the most probable token.
  public var isSampling: Bool
  /// Above 0.
  public var temperature: Float
  /// 0 for all tokens.
  public var topK: Int
  /// 1 for all tokens.
  public var topP: Float
  /// 0 for all tokens.
  public var minP: Float
  /// 1 for all tokens.
  public var typicalP: Float
  /// 1 for none.
  public var repetitionPenalty: Float
  /// 0 for none.
  public var presencePenalty: Float
  /// 0 for none.
  public var frequencyPenalty: Float
  /// Added to logits, by token.
  public var logitBias: [Int: Float]

  /// Smaller temperatures are greedy, as other engines have it too.
  static let leastTemperature = 1e-5

  /// Decides and checks, see `GenerationConfig`.
  public init(_ options: GenerationOptions) throws(GenerationError) {
    let temperature = options.temperature ?? 1
    // What is nearly 0 means 0: logits divided by it would be infinite.
    let isGreedy = temperature < Self.leastTemperature
    isSampling = (options.doSample ?? false) && !isGreedy
    self.temperature = isGreedy ? 1 : Float(temperature)
    topK = options.topK ?? 50
    topP = Float(options.topP ?? 1)
    minP = Float(options.minP ?? 0)
    typicalP = Float(options.typicalP ?? 1)
    repetitionPenalty = Float(options.repetitionPenalty ?? 1)
    presencePenalty = Float(options.presencePenalty ?? 0)
    frequencyPenalty = Float(options.frequencyPenalty ?? 0)
    logitBias = (options.logitBias ?? [:]).mapValues(Float.init)
    try GenerationConfig.check("temperature", temperature, "0 (greedy) or more, and less than 1e38") {
      $0 >= 0 && $0 < 1e38
    }
    try GenerationConfig.check("top_k", topK, "0 (all tokens) or more") { $0 >= 0 }
    try GenerationConfig.check("top_p", topP, "from 0 to 1") { (0...1).contains($0) }
    try GenerationConfig.check("min_p", minP, "from 0 to 1") { (0...1).contains($0) }
    try GenerationConfig.check("typical_p", typicalP, "above 0 and at most 1") { $0 > 0 && $0 <= 1 }
    try GenerationConfig.check("repetition_penalty", repetitionPenalty, "from 0.000001 to 1000000") {
      (1e-6...1e6).contains($0)
    }
    try GenerationConfig.check("presence_penalty", presencePenalty, "from -2 to 2") { (-2...2).contains($0) }
    try GenerationConfig.check("frequency_penalty", frequencyPenalty, "from -2 to 2") {
      (-2...2).contains($0)
    }
    for (id, bias) in logitBias {
      try GenerationConfig.check("a token of logit_bias", id, "0 or more") { $0 >= 0 }
      try GenerationConfig.check("logit_bias of token \(id)", bias, "a number") {
        !$0.isNaN && $0 != .infinity
      }
    }
  }
}
