import Generation

/// A runner for one sequence at a time on an engine that holds one conversation: stateful graphs, fixed shapes.
package final class EngineRunner: ModelRunner {
  package let limits: RunnerLimits
  package var deviceName: String { engine.deviceName }
  package let engineName: String
  package var deviceSeconds: Double { engine.deviceSeconds }
  private let engine: any ModelEngine
  private var choosers: SequenceChoosers
  /// The tokens of the sequences as far as they were computed.
  private var texts: [SequenceID: [Int]] = [:]

  /// A runner on an engine that nobody else uses.
  package init(_ engine: any ModelEngine, makeMatcher: TokenMatcherFactory? = nil) {
    self.engine = engine
    engineName = engine.report.engine.rawValue
    var limits = RunnerLimits.single(contextLength: engine.contextLength)
    limits.longestPrompt = min(engine.longestPrompt, limits.longestPrompt)
    self.limits = limits
    choosers = SequenceChoosers(makeMatcher: makeMatcher)
  }

  package func run(_ step: Step, isCancelled: @Sendable () -> Bool) throws -> [Sampled] {
    choosers.follow(step)
    for id in step.ended { texts[id] = nil }
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

  /// Brings a row's tokens into the cache.
  ///
  /// - Returns: How many of them were there already.
  private func compute(_ row: Step.Row, _ isCancelled: @Sendable () -> Bool) throws -> Int {
    let text = texts[row.id, default: []].prefix(row.position) + row.tokens
    texts[row.id] = Array(text)
    var common = engine.shared(with: Array(text))
    if common < engine.count { common = try engine.truncate(to: common) }
    do {
      try engine.append(text[common...], shouldContinue: { !isCancelled() })
    } catch {
      if isCancelled() { throw CancellationError() }
      throw error
    }
    return max(0, common - row.position)
  }
}
