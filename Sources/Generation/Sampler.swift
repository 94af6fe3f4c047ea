/// Chooses tokens from logits.
///
/// The order of the steps is that of transformers: the `LogitsProcessor`s, tokens that may not come yet, temperature and
/// `top_k`, the `CandidateFilter`s, the draw. Without sampling, the temperature and what follows are left out.
package struct Sampler: Sendable {
  private let isSampling: Bool
  private let temperature: Float
  private let topK: Int
  private let processors: [any LogitsProcessor]
  private let filters: [any CandidateFilter]
  private var random: RandomSource

  /// A sampler whose random numbers follow from `seed`.
  package init(_ config: SamplingConfig, seed: UInt64) {
    isSampling = config.isSampling
    temperature = Float(config.temperature ?? 1)
    topK = config.topK ?? 0
    processors = LogitsProcessors.all.compactMap { $0.init(config) }
    filters = CandidateFilters.all.compactMap { $0.init(config) }
    random = RandomSource(seed: seed)
  }

  /// Begins the random numbers anew.
  mutating func begin(seed: UInt64) { random = RandomSource(seed: seed) }

  /// The next token.
  ///
  /// - Parameters:
  ///   - logits: One for every token of the vocabulary; penalties are applied in place.
  ///   - history: The tokens so far.
  ///   - forbidden: Tokens that may not come, as the end tokens before `min_new_tokens`.
  /// - Throws: `GenerationError` of code `.badLogits` where no token has a number.
  package mutating func sample(
    _ logits: UnsafeMutableBufferPointer<Float>, history: TokenHistory, forbidden: [Int] = []
  ) throws(GenerationError) -> Int {
    adjust(logits, history, forbidden)
    let logits = UnsafeBufferPointer(logits)
    guard isSampling else {
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
    var candidates = Candidates(logits, temperature: temperature, topK: topK)
    for filter in filters { filter.apply(to: &candidates) }
    return candidates
  }

  private func adjust(
    _ logits: UnsafeMutableBufferPointer<Float>, _ history: TokenHistory, _ forbidden: [Int]
  ) {
    for processor in processors { processor.apply(to: logits, history) }
    for id in forbidden where logits.indices.contains(id) { logits[id] = -.infinity }
  }

  private static func noLogits(_ logits: UnsafeBufferPointer<Float>) -> GenerationError {
    let kind = logits.contains(where: \.isNaN) ? "not a number (NaN)" : "minus infinity"
    return GenerationError(
      .badLogits, "the device computed \(kind) for all \(logits.count) tokens",
      advice: "try another device or precision (\(setting: .property) INFERENCE_PRECISION_HINT=f32)")
  }
}
