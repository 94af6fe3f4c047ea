/// A change of the logits that an option asks for.
protocol LogitsProcessor: Sendable {
  /// Reads its options; nil where they ask for nothing.
  init?(_ config: SamplingConfig)

  /// Changes logits, one for each token of the vocabulary.
  func apply(to logits: UnsafeMutableBufferPointer<Float>, _ history: TokenHistory)
}

/// All of them, in the order of transformers.
enum LogitsProcessors {
  static let all: [any LogitsProcessor.Type] = [
    LogitBias.self, RepetitionPenalty.self, OccurrencePenalties.self,
  ]
}

/// `logit_bias`: added to the logits of some tokens.
struct LogitBias: LogitsProcessor {
  private let biases: [(id: Int, bias: Float)]

  init?(_ config: SamplingConfig) {
    guard let biases = config.logitBias, !biases.isEmpty else { return nil }
    self.biases = biases.map { ($0, Float($1)) }
  }

  func apply(to logits: UnsafeMutableBufferPointer<Float>, _ history: TokenHistory) {
    for (id, bias) in biases where logits.indices.contains(id) { logits[id] += bias }
  }
}

/// `repetition_penalty`: divides positive and multiplies negative logits of tokens that occurred.
struct RepetitionPenalty: LogitsProcessor {
  private let penalty: Float

  init?(_ config: SamplingConfig) {
    guard let penalty = config.repetitionPenalty, penalty != 1 else { return nil }
    self.penalty = Float(penalty)
  }

  func apply(to logits: UnsafeMutableBufferPointer<Float>, _ history: TokenHistory) {
    for id in history.distinct where logits.indices.contains(id) {
      logits[id] = logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty
    }
  }
}

/// `presence_penalty` and `frequency_penalty`, which transformers does not have: subtracted from tokens that were
/// generated, once, and for every time.
struct OccurrencePenalties: LogitsProcessor {
  private let presence, frequency: Float

  init?(_ config: SamplingConfig) {
    presence = Float(config.presencePenalty ?? 0)
    frequency = Float(config.frequencyPenalty ?? 0)
    if presence == 0, frequency == 0 { return nil }
  }

  func apply(to logits: UnsafeMutableBufferPointer<Float>, _ history: TokenHistory) {
    for (id, count) in history.generated where logits.indices.contains(id) {
      logits[id] -= presence + frequency * Float(count)
    }
  }
}
