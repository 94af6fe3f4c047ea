/// How far a model's predictions are from those of another one on the same text: what quantisation costs.
///
/// Both read the text in the same windows as `Perplexity` does, side by side, so that not more than one piece of
/// either's logits is in memory.
package struct Divergence: Sendable {
  /// The perplexity of the measured model, and of the one that it is measured by.
  package private(set) var perplexity = Perplexity()
  package private(set) var referencePerplexity = Perplexity()
  /// The largest divergence at any token, in nats.
  package private(set) var maximum = 0.0
  /// The tokens whose predictions are furthest off, the worst first: at most ten.
  package private(set) var worst: [Place] = []
  private var sum = 0.0
  private var agreements = 0

  /// A token, by what was predicted for it.
  package struct Place: Sendable {
    /// Its index in the text.
    package var position: Int
    /// The divergence of the prediction, in nats.
    package var divergence: Double
    /// The tokens that the two models hold most likely.
    package var found: Int
    package var expected: Int
  }

  /// How many tokens were predicted.
  package var count: Int { perplexity.count }
  /// The mean Kullback-Leibler divergence of the next-token distribution from the reference's, in nats.
  package var mean: Double { sum / Double(count) }
  /// The part of the tokens at which both hold the same one most likely.
  package var agreement: Double { Double(agreements) / Double(count) }

  /// So many tokens at a time that the logits of either take 32 MB at most, but no more than pay.
  private static func pieceLength(vocabulary: Int?) -> Int {
    min(128, max(1, (8 << 20) / (vocabulary ?? 256_000)))
  }

  /// Measures `engine` by `reference`.
  ///
  /// - Parameters:
  ///   - tokens: the text.
  ///   - window: tokens that are seen together, at least 2 and at most the shorter of the engines' contexts.
  ///   - engine: the measured one; both models must have been loaded with all logits.
  ///   - reference: the one that is right.
  ///   - onProgress: told the number of tokens so far; what it throws ends the measurement.
  /// - Throws: `SupervisorError` of code `.badModel` for models with vocabularies of different lengths, and what the
  ///   device throws.
  package init(
    of tokens: [Int], window: Int, on engine: StatefulEngine, from reference: StatefulEngine,
    onProgress: (Int) throws -> Void = { _ in }
  ) throws {
    let length = Self.pieceLength(vocabulary: engine.model.folder.vocabularySize)
    for start in stride(from: 0, to: max(0, tokens.count - 1), by: window) {
      let end = min(start + window, tokens.count)
      try engine.reset()
      try reference.reset()
      for first in stride(from: start, to: end, by: length) {
        let piece = tokens[first..<min(first + length, end)]
        try engine.append(piece)
        try reference.append(piece)
        try add(
          engine, reference, followers: tokens[(first + 1)..<min(piece.endIndex + 1, end)], from: first + 1)
        try onProgress(piece.endIndex)
      }
    }
    try engine.reset()
    try reference.reset()
  }

  /// Adds the predictions of one piece; `followers` are the tokens that came after each of its tokens, without the
  /// one that is outside of the window.
  private mutating func add(
    _ engine: StatefulEngine, _ reference: StatefulEngine, followers: ArraySlice<Int>, from first: Int
  ) throws {
    try reference.withAllLogits { right, vocabulary in
      try engine.withAllLogits { found, size in
        guard size == vocabulary, found.count == right.count, found.count >= followers.count * size else {
          throw SupervisorError(
            .badModel, "predictions of \(size) and of \(vocabulary) tokens cannot be compared")
        }
        for (row, next) in followers.enumerated() {
          let columns = (row * size)..<((row + 1) * size)
          add(
            LogProbabilities(.init(rebasing: found[columns])),
            LogProbabilities(.init(rebasing: right[columns])), next: next, at: first + row)
        }
      }
    }
  }

  private mutating func add(_ found: LogProbabilities, _ right: LogProbabilities, next: Int, at position: Int)
  {
    let divergence = right.divergence(of: found)
    sum += divergence
    maximum = divergence.isNaN ? divergence : max(maximum, divergence)
    let (best, expected) = (found.best, right.best)
    if best == expected { agreements += 1 }
    note(Place(position: position, divergence: divergence, found: best, expected: expected))
    perplexity.add(found, next: next)
    referencePerplexity.add(right, next: next)
  }
  /// Keeps a place if it is among the worst; of equal ones the earlier.
  private mutating func note(_ place: Place) {
    guard worst.count < 10 || place.divergence > worst[worst.count - 1].divergence else { return }
    let index = worst.firstIndex { $0.divergence < place.divergence } ?? worst.count
    worst.insert(place, at: index)
    if worst.count > 10 { worst.removeLast() }
  }
}
