import Errors
import Generation

/// A runner for one sequence at a time on an engine that holds one conversation: stateful graphs, fixed shapes, pages of a
/// model with recurrent states. What the engine still holds of an earlier sequence is not computed again.
package final class EngineRunner: ModelRunner {
  package let limits: RunnerLimits
  package var deviceName: String { engine.deviceName }
  package let engineName: String
  package var deviceSeconds: Double { engine.deviceSeconds }
  package var contextAdvice: Wording { engine.contextAdvice }
  private let engine: any ModelEngine
  private var choosers: SequenceChoosers
  /// The tokens of the sequences as far as they are known.
  private var texts: [SequenceID: [Int]] = [:]

  /// A runner on an engine that nobody else uses.
  package init(_ engine: any ModelEngine, makeMatcher: TokenMatcherFactory? = nil) {
    self.engine = engine
    engineName = engine.report.engine.rawValue
    var limits = RunnerLimits.single(
      contextLength: engine.contextLength, stepTokens: engine.promptPieceLength)
    limits.longestPrompt = min(engine.longestPrompt, limits.longestPrompt)
    self.limits = limits
    choosers = SequenceChoosers(makeMatcher: makeMatcher)
  }

  package func run(_ step: Step, isCancelled: @Sendable () -> Bool) throws -> [Sampled] {
    choosers.follow(step)
    for id in step.ended { texts[id] = nil }
    for setup in step.begun { texts[setup.id] = setup.tokens }
    let (ready, deferred) = choosers.ready(step.rows)
    return try deferred
      + ready.map { row in
        let reused = try compute(row, isCancelled)
        guard row.samples else {
          var computed = Sampled(id: row.id)
          computed.reused = reused
          return computed
        }
        var sampled = try choosers.choose(for: row) { _, body in try engine.withLogits(body) }
        sampled.reused = reused
        return sampled
      }
  }

  package func recover() throws {
    texts = [:]
    choosers.removeAll()
    _ = try engine.truncate(to: 0)
  }

  package func warmUp() throws { try engine.warmUp() }

  /// Brings a row's tokens into the cache.
  ///
  /// - Returns: How many of the sequence's tokens were there already.
  private func compute(_ row: Step.Row, _ isCancelled: @Sendable () -> Bool) throws -> Int {
    let end = row.position + row.tokens.count
    var text = texts[row.id, default: []]
    if text.count < end { text.replaceSubrange(min(row.position, text.count)..., with: row.tokens) }
    texts[row.id] = text
    // Of the whole sequence, and not of this row alone: what a piece of its prompt does not reach is kept for the next.
    var common = engine.shared(with: text)
    if common < engine.count { common = try engine.truncate(to: common) }
    guard common < end else { return common }
    do {
      try engine.append(text[common..<end], shouldContinue: { !isCancelled() })
    } catch {
      if isCancelled() { throw CancellationError() }
      throw error
    }
    return common
  }
}
