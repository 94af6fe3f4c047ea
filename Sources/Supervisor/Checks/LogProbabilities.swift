import Foundation

/// Logits as the logarithms of probabilities, in nats: log softmax, computed around the largest logit so that
/// nothing overflows. Lives no longer than the logits that it was lent.
package struct LogProbabilities {
  private let logits: UnsafeMutableBufferPointer<Float>
  /// The logarithm of the sum of exp(logit).
  private let normalization: Double

  /// - Parameter logits: one for every token of the vocabulary; at least one.
  package init(_ logits: UnsafeMutableBufferPointer<Float>) {
    self.logits = logits
    let largest = logits.max() ?? 0
    var total = 0.0
    for logit in logits { total += Double(expf(logit - largest)) }
    normalization = log(total) + Double(largest)
  }

  /// How many tokens there are.
  package var count: Int { logits.count }

  /// The logarithm of a token's probability; nil outside of the vocabulary.
  package subscript(token: Int) -> Double? {
    logits.indices.contains(token) ? Double(logits[token]) - normalization : nil
  }

  /// The most likely token.
  package var best: Int { logits.indices.max { [logits] in logits[$0] < logits[$1] } ?? 0 }

  /// The Kullback-Leibler divergence of `other` from this distribution, Σ p (log p − log q), in nats; 0 where both
  /// are the same. NaN where either has no numbers.
  ///
  /// Both must be over the same vocabulary.
  package func divergence(of other: LogProbabilities) -> Double {
    let shift = Float(other.normalization - normalization)
    let offset = Float(normalization)
    var sum = 0.0
    for token in 0..<min(count, other.count) {
      let logit = logits[token]
      sum += Double(expf(logit - offset) * (logit - other.logits[token] + shift))
    }
    // Rounding may bring a divergence of nothing just below it.
    return sum.isNaN ? sum : max(0, sum)
  }
}
