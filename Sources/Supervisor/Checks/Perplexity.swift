import Foundation

/// How surprised a model is by a text: exp of the mean negative log-likelihood of its tokens.
///
/// The text is read in windows that do not overlap; within a window every token but the first is predicted from
/// the ones before it. That is how transformers' documentation computes the perplexity of fixed-length models
/// with a stride of the window's length.
package struct Perplexity: Sendable {
  /// How many tokens were predicted.
  package private(set) var count = 0
  private var sum = 0.0

  /// The perplexity; NaN before anything was predicted.
  package var value: Double { exp(sum / Double(count)) }

  /// The mean negative log-likelihood of a token, in nats.
  package var meanLoss: Double { sum / Double(count) }

  /// Before anything was predicted.
  init() {}

  /// Measures a text.
  ///
  /// - Parameters:
  ///   - tokens: all of it.
  ///   - window: tokens that are seen together, at least 2 and at most the engine's context.
  ///   - engine: an engine whose model was loaded with all logits.
  ///   - onProgress: told the number of tokens so far.
  package init(
    of tokens: [Int], window: Int, on engine: StatefulEngine, onProgress: (Int) throws -> Void = { _ in }
  ) throws {
    var start = 0
    while start + 1 < tokens.count {
      let piece = tokens[start..<min(start + window, tokens.count)]
      try engine.reset()
      try engine.evaluate(piece) { index, logits in
        let next = start + index + 1
        if next < piece.endIndex { add(LogProbabilities(logits), next: tokens[next]) }
      }
      start = piece.endIndex
      try onProgress(start)
    }
  }

  /// Adds a prediction and the token that came.
  mutating func add(_ prediction: LogProbabilities, next: Int) {
    guard let likelihood = prediction[next] else { return }
    sum -= likelihood
    count += 1
  }
}
