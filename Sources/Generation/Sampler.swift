/// Chooses tokens from logits.
///
/// The order of the steps is that of transformers: bias, repetition penalty, (presence and frequency penalties,
/// which only other programs have), tokens that may not come yet, temperature, `top_k`, `top_p`, `min_p`,
/// `typical_p`, the draw. Without sampling, the temperature and what follows are left out.
public struct Sampler: Sendable {
  private let config: SamplingConfig
  private var random: RandomSource

  /// A sampler whose random numbers follow from `seed`.
  public init(_ config: SamplingConfig, seed: UInt64) {
    self.config = config
    random = RandomSource(seed: seed)
  }

  /// The next token.
  ///
  /// - Parameters:
  ///   - logits: One for every token of the vocabulary; penalties are applied in place.
  ///   - history: The tokens so far.
  ///   - forbidden: Tokens that may not come, as the end tokens before `min_new_tokens`.
  /// - Throws: `GenerationError` of code `.badLogits` where no token has a number.
  public mutating func sample(
    _ logits: UnsafeMutableBufferPointer<Float>, history: TokenHistory, forbidden: [Int] = []
  ) throws(GenerationError) -> Int {
    adjust(logits, history, forbidden)
    let logits = UnsafeBufferPointer(logits)
    guard config.isSampling else {
      guard let best = Argmax.position(logits) else { throw Self.noLogits(logits) }
      return best
    }
    let candidates = candidates(logits)
    let probabilities = candidates.probabilities()
    guard let last = candidates.ids.last, !probabilities[0].isNaN else { throw Self.noLogits(logits) }
    var rest = random.nextUnit()
    for (id, probability) in zip(candidates.ids, probabilities) {
      rest -= probability
      if rest < 0 { return Int(id) }
    }
    return Int(last)
  }

  /// The probabilities from which `sample` would draw, by token.
  package func distribution(
    _ logits: UnsafeMutableBufferPointer<Float>, history: TokenHistory, forbidden: [Int] = []
  ) -> [Int: Double] {
    adjust(logits, history, forbidden)
    let candidates = candidates(UnsafeBufferPointer(logits))
    return Dictionary(
      zip(candidates.ids.map(Int.init), candidates.probabilities()), uniquingKeysWith: { first, _ in first })
  }

  private func candidates(_ logits: UnsafeBufferPointer<Float>) -> Candidates {
    var candidates = Candidates(logits, temperature: config.temperature, topK: config.topK)
    if config.topP < 1 { candidates.keep(topP: config.topP) }
    if config.minP > 0 { candidates.keep(minP: config.minP) }
    if config.typicalP < 1 { candidates.keep(typicalP: config.typicalP) }
    return candidates
  }

  private func adjust(
    _ logits: UnsafeMutableBufferPointer<Float>, _ history: TokenHistory, _ forbidden: [Int]
  ) {
    for (id, bias) in config.logitBias where logits.indices.contains(id) { logits[id] += bias }
    let penalty = config.repetitionPenalty
    if penalty != 1 {
      for id in history.distinct where logits.indices.contains(id) {
        logits[id] = logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty
      }
    }
    if config.presencePenalty != 0 || config.frequencyPenalty != 0 {
      for (id, count) in history.generated where logits.indices.contains(id) {
        logits[id] -= config.presencePenalty + config.frequencyPenalty * Float(count)
      }
    }
    for id in forbidden where logits.indices.contains(id) { logits[id] = -.infinity }
  }

  private static func noLogits(_ logits: UnsafeBufferPointer<Float>) -> GenerationError {
    let kind = logits.contains(where: \.isNaN) ? "not a number (NaN)" : "minus infinity"
    return GenerationError(
      .badLogits, "the device computed \(kind) for all \(logits.count) tokens",
      mend: "try another device or precision (--property INFERENCE_PRECISION_HINT=f32)")
  }
}
