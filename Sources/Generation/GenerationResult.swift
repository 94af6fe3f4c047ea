/// What happens while an answer is generated.
package enum GenerationEvent: Sendable, Equatable {
  /// So many tokens of the prompt are in the cache.
  case prompt(done: Int, total: Int)
  /// Text became certain.
  case text(String)
}

/// An answer.
package struct GenerationResult: Sendable, Equatable {
  /// Its text, without end tokens and stop strings.
  package var text: String
  /// Its tokens, an end token included.
  package var tokens: [Int]
  /// Why it ended.
  package var reason: FinishReason
  /// What it took.
  package var metrics: GenerationMetrics
  /// Why what computes had to be started again meanwhile; nil where it had not.
  package var loss: String?

  /// Makes an answer.
  package init(text: String, tokens: [Int], reason: FinishReason, metrics: GenerationMetrics) {
    self.text = text
    self.tokens = tokens
    self.reason = reason
    self.metrics = metrics
  }
}
