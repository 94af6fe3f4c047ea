/// Options of generation that may be given or not: those of a file, or those of a user. What there is to know of each
/// stands in its row of `GenerationOption.all`.
package struct GenerationOptions: Sendable, Equatable, Codable {
  /// Whether to draw from the distribution (true) or to take the most probable token (false).
  package var doSample: Bool?
  /// Divides the logits: below 1 more certain, above 1 more varied; 0 means greedy. From 0.
  package var temperature: Double?
  /// Draw from the so many most probable tokens; 0 for all.
  package var topK: Int?
  /// Draw from the most probable tokens that together have this probability. From 0 to 1.
  package var topP: Double?
  /// Drop tokens less probable than this part of the most probable one. From 0 to 1.
  package var minP: Double?
  /// Draw from the tokens whose surprise is nearest to the expected one, up to this probability. Above 0, to 1.
  package var typicalP: Double?
  /// Divides positive and multiplies negative logits of every token that occurred, the prompt included. Above 0.
  package var repetitionPenalty: Double?
  /// Subtracted from the logit of every token that was generated before. From -2 to 2.
  package var presencePenalty: Double?
  /// Subtracted from a token's logit for every time it was generated before. From -2 to 2.
  package var frequencyPenalty: Double?
  /// Where the random numbers begin. Runs with the same seed, prompt and logits are the same.
  package var seed: UInt64?
  /// Tokens to generate at most. From 1.
  package var maxNewTokens: Int?
  /// Tokens to generate before the end may come. From 0.
  package var minNewTokens: Int?
  /// Texts that end the answer and do not appear in it.
  package var stopStrings: [String]?
  /// Added to the logits of these tokens.
  package var logitBias: [Int: Double]?
  /// Tokens that end the answer.
  package var eosTokenIDs: [Int]?
  /// Go on after an end token, to measure.
  package var ignoresEOS: Bool?

  /// No options at all.
  package init() {}

  /// These options, and those of `other` wherever they are given there.
  ///
  /// Whoever asks for a way to sample wants to sample: a temperature, `top_k`, `top_p`, `min_p` or `typical_p` in
  /// `other` without `do_sample` turns sampling on, a temperature of 0 turns it off.
  package func merged(with other: GenerationOptions) -> GenerationOptions {
    var result = self
    for option in GenerationOption.all { option.value.copy(from: other, to: &result) }
    if other.doSample == nil {
      if let temperature = other.temperature {
        result.doSample = temperature != 0
      } else if GenerationOption.all.contains(where: { $0.asksToSample && $0.value.isGiven(in: other) }) {
        result.doSample = true
      }
    }
    return result
  }
}
