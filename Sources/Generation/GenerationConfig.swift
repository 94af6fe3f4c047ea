/// How to generate, every option decided and legal.
///
/// Names, meaning and defaults are those of transformers' `GenerationConfig`, except that an answer without
/// `max_new_tokens` goes on to the end of the context (there it stops after 20 tokens, prompt included).
package struct GenerationConfig: Sendable, Equatable, Codable {
  /// How a token is chosen from logits.
  package var sampling: SamplingConfig
  /// Where the random numbers begin; nil for a different run every time.
  package var seed: UInt64?
  /// Tokens to generate at most; nil up to the end of the context.
  package var maxNewTokens: Int?
  /// Tokens to generate before the end may come.
  package var minNewTokens: Int
  /// Texts that end the answer and do not appear in it.
  package var stopStrings: [String]
  /// Tokens that end the answer.
  package var eosTokenIDs: [Int]
  /// Go on after an end token, to measure.
  package var ignoresEOS: Bool

  /// Decides the options that are not given and checks those that are.
  ///
  /// - Throws: `GenerationError` of code `.badOption`, naming the option, its value and the legal range.
  package init(_ options: GenerationOptions = .init()) throws(GenerationError) {
    sampling = try SamplingConfig(options)
    seed = options.seed
    maxNewTokens = options.maxNewTokens
    minNewTokens = options.minNewTokens ?? 0
    stopStrings = options.stopStrings ?? []
    eosTokenIDs = options.eosTokenIDs ?? []
    ignoresEOS = options.ignoresEOS ?? false
    if let maxNewTokens {
      try GenerationOption.check(
        "min_new_tokens", minNewTokens, "at most max_new_tokens, \(maxNewTokens)",
        minNewTokens <= maxNewTokens)
    }
  }
}

/// How a token is chosen from logits: options that are all decided and legal.
@dynamicMemberLookup
package struct SamplingConfig: Sendable, Equatable, Codable {
  private var options: GenerationOptions
  /// Draw from the distribution; otherwise take the most probable token.
  package var isSampling: Bool

  /// Smaller temperatures are greedy, as other engines have it too.
  private static let leastTemperature = 1e-5

  /// Decides and checks, see `GenerationConfig`.
  package init(_ given: GenerationOptions) throws(GenerationError) {
    options = given
    for option in GenerationOption.all {
      try option.check(given)
      option.value.complete(&options)
    }
    // What is nearly 0 means 0: logits divided by it would be infinite.
    let isGreedy = options.temperature.map { $0 < Self.leastTemperature } ?? false
    if isGreedy { options.temperature = 1 }
    isSampling = given.doSample == true && !isGreedy
  }

  /// An option; none that a processor reads is nil, but for a bias that nobody asked for.
  package subscript<Value>(dynamicMember path: WritableKeyPath<GenerationOptions, Value>) -> Value {
    get { options[keyPath: path] }
    set { options[keyPath: path] = newValue }
  }
}
