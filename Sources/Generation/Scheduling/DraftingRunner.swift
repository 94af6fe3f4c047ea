import Errors

/// Lets a small model guess what a large one will choose: while one sequence is generated, every answer of the large one
/// comes with what the small one expects to follow, which the next step then tries at once.
///
/// A guess changes no token: the large model chooses after each of them as it would have without.
package final class DraftingRunner: ModelRunner {
  package var limits: RunnerLimits { runner.limits }
  package var deviceName: String { runner.deviceName }
  package var engineName: String { runner.engineName }
  package var atEnd: @Sendable () -> Void { runner.atEnd }
  package var peakMemory: Int { runner.peakMemory }
  package var contextAdvice: Wording { runner.contextAdvice }
  package var deviceSeconds: Double { runner.deviceSeconds + draft.deviceSeconds }
  private let runner: any ModelRunner
  private let draft: any TextGenerationEngine
  /// The sequences as far as they are known.
  private var texts: [SequenceID: [Int]] = [:]
  private var paces: [SequenceID: GuessPace] = [:]
  /// What was guessed last, and for whom.
  private var latest: (id: SequenceID, tokens: [Int])?

  /// - Parameters:
  ///   - runner: Computes what counts.
  ///   - draft: Guesses; it has the same vocabulary, and nobody else uses it.
  package init(_ runner: any ModelRunner, draft: any TextGenerationEngine) {
    self.runner = runner
    self.draft = draft
  }

  package func run(_ step: Step, isCancelled: @Sendable () -> Bool) throws -> [Sampled] {
    for id in step.ended { (texts[id], paces[id]) = (nil, nil) }
    for setup in step.begun { texts[setup.id] = setup.tokens }
    var sampled = try runner.run(step, isCancelled: isCancelled)
    let rows = Dictionary(step.rows.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for result in sampled where !result.tokens.isEmpty {
      if let row = rows[result.id] { judge(row, result) }
      texts[result.id, default: []] += result.tokens
    }
    latest = nil
    // The draft holds one conversation; where several are generated, each step is worth its time without guesses.
    guard step.rows.count == 1, sampled.count == 1, sampled[0].failure == nil, !sampled[0].tokens.isEmpty
    else {
      return sampled
    }
    sampled[0].guesses = try guesses(for: sampled[0].id)
    if !sampled[0].guesses.isEmpty { latest = (sampled[0].id, sampled[0].guesses) }
    return sampled
  }

  package func warmUp() throws { try runner.warmUp() }

  package func recover() throws {
    (texts, paces, latest) = ([:], [:], nil)
    try runner.recover()
    _ = try draft.truncate(to: 0)
  }

  /// Learns from what became of our own guesses; there may have been others.
  private func judge(_ row: Step.Row, _ result: Sampled) {
    guard row.drafts > 0, let latest, latest.id == row.id,
      Array(row.tokens.suffix(row.drafts)) == Array(latest.tokens.prefix(row.drafts))
    else { return }
    paces[row.id, default: GuessPace()].judge(
      guessed: row.drafts, accepted: result.tokens.count - 1, at: texts[row.id]?.count ?? 0)
  }

  private func guesses(for id: SequenceID) throws -> [Int] {
    guard limits.takesDrafts, var text = texts[id] else { return [] }
    let pace = paces[id] ?? GuessPace()
    let room = draft.contextLength - text.count
    guard pace.allows(at: text.count), room > pace.length else { return [] }
    let common = draft.shared(with: text)
    if common < draft.count { _ = try draft.truncate(to: common) }
    var guesses: [Int] = []
    while guesses.count < pace.length {
      try draft.append(text[draft.count...], shouldContinue: { true })
      guard let next = try draft.withLogits({ Argmax.position(UnsafeBufferPointer($0)) }) else { break }
      guesses.append(next)
      text.append(next)
    }
    return guesses
  }
}
