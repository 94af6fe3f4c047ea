/// Compiles a constraint for a model's vocabulary.
package typealias TokenMatcherFactory =
  @Sendable (OutputConstraint) throws(CompletionFailure) -> any TokenMatcher

/// Chooses the tokens of one sequence from logits, wherever the runner is.
///
/// The random numbers of a token follow from the sequence's seed and the token's place alone, so that a sequence that is
/// computed again, elsewhere or in other company, goes on as it would have.
package struct TokenChooser: Sendable {
  private let config: GenerationConfig
  private let seed: UInt64
  private var sampler: Sampler
  private let topLogProbabilities: Int?
  private var history: TokenHistory
  private var generatedCount: Int
  private var last: Int?
  private var matcher: (any TokenMatcher)?
  private var allowed: [UInt64] = []

  /// A chooser that goes on from what a sequence has already.
  ///
  /// - Throws: `.badConstraint` for a constraint that cannot be enforced.
  package init(_ setup: SequenceSetup, makeMatcher: TokenMatcherFactory?) throws(CompletionFailure) {
    config = setup.config
    seed = setup.seed
    sampler = Sampler(config.sampling, seed: seed)
    topLogProbabilities = setup.topLogProbabilities
    history = TokenHistory(prompt: setup.tokens[..<setup.promptCount])
    generatedCount = 0
    if let constraint = setup.constraint {
      guard let makeMatcher else {
        throw CompletionFailure(.badConstraint, "what answers must look like cannot be enforced here")
      }
      matcher = try makeMatcher(constraint)
    }
    for token in setup.tokens[setup.promptCount...] { note(token) }
  }

  /// The next token, by the logits that follow the last one. They are changed in place.
  ///
  /// - Throws: `GenerationError` where none can be chosen.
  package mutating func choose(
    _ logits: UnsafeMutableBufferPointer<Float>
  ) throws(GenerationError) -> (token: Int, probability: TokenLogProbability?) {
    let raw = topLogProbabilities.map { RawProbabilities(UnsafeBufferPointer(logits), top: $0) }
    if matcher != nil { restrict(logits) }
    let isEarly = generatedCount < config.minNewTokens
    sampler.begin(seed: Self.key(seed, generatedCount))
    let token = try sampler.sample(logits, history: history, forbidden: isEarly ? config.eosTokenIDs : [])
    note(token)
    return (token, raw?.of(token))
  }

  /// Whether the sequence needs no more tokens, as far as that follows from its tokens alone: a text may also stop it.
  package var hasEnded: Bool {
    if let most = config.maxNewTokens, generatedCount >= most { return true }
    guard !config.ignoresEOS, let last else { return false }
    return config.eosTokenIDs.contains(last)
  }

  private mutating func note(_ token: Int) {
    history.append(token)
    last = token
    generatedCount += 1
    if !config.eosTokenIDs.contains(token) { _ = matcher?.accept(token) }
  }

  /// Takes the tokens out that the constraint forbids; the end is allowed where the text may end.
  private mutating func restrict(_ logits: UnsafeMutableBufferPointer<Float>) {
    allowed.removeAll(keepingCapacity: true)
    allowed.append(contentsOf: repeatElement(UInt64.max, count: (logits.count + 63) / 64))
    matcher?.mask(&allowed)
    let mayEnd = matcher?.mayEnd ?? true
    for id in config.eosTokenIDs where logits.indices.contains(id) {
      let bit = UInt64(1) << UInt64(id % 64)
      if mayEnd { allowed[id / 64] |= bit } else { allowed[id / 64] &= ~bit }
    }
    for (index, word) in allowed.enumerated() where word != .max {
      var forbidden = ~word
      while forbidden != 0 {
        let id = index * 64 + forbidden.trailingZeroBitCount
        forbidden &= forbidden - 1
        if id < logits.count { logits[id] = -.infinity }
      }
    }
  }

  /// SplitMix64's finish over both numbers: neighbours have nothing in common.
  static func key(_ seed: UInt64, _ place: Int) -> UInt64 {
    var mixed = seed &+ UInt64(truncatingIfNeeded: place) &* 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// The probabilities as the model gives them, before anything changes its logits.
private struct RawProbabilities {
  private let logits: [Float]
  private let normalization: Double
  private let top: [TokenLogProbability.Alternative]

  init(_ logits: UnsafeBufferPointer<Float>, top count: Int) {
    self.logits = Array(logits)
    let best = logits.reduce(-Float.infinity) { max($0, $1) }
    let total = logits.reduce(0) { $0 + PortableMath.exp(Double($1) - Double(best)) }
    let normalization = Double(best) + PortableMath.log(total)
    self.normalization = normalization
    var ids: [Int] = []
    if count > 0 {
      for id in logits.indices where ids.count < count || logits[id] > logits[ids[ids.count - 1]] {
        let place = ids.firstIndex { logits[$0] < logits[id] } ?? ids.count
        ids.insert(id, at: place)
        if ids.count > count { ids.removeLast() }
      }
    }
    top = ids.map { .init(token: $0, logProbability: Float(Double(logits[$0]) - normalization)) }
  }

  func of(_ token: Int) -> TokenLogProbability {
    TokenLogProbability(
      token: token, logProbability: Float(Double(logits[token]) - normalization), top: top)
  }
}
