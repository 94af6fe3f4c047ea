import Generation

/// A runner for one sequence at a time on an engine that holds one conversation: stateful graphs, fixed shapes.
package final class EngineRunner: ModelRunner {
  package let limits: RunnerLimits
  package var deviceName: String { engine.deviceName }
  package let engineName: String
  package var deviceSeconds: Double { engine.deviceSeconds }
  private let engine: any ModelEngine
  private var choosers: SequenceChoosers
  /// The tokens in the engine's cache.
  private var held: [Int] = []
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
    held = []
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
    // Something else may have used the engine, a warm-up for example.
    if engine.count != held.count { held = [] }
    var common = 0
    while common < min(held.count, text.count - 1), held[common] == text[common] { common += 1 }
    if common < engine.count { common = try engine.truncate(to: common) }
    held = Array(text.prefix(common))
    do {
      try engine.append(text[common...], shouldContinue: { !isCancelled() })
    } catch {
      // How far a long prompt came, the engine knows; anything else cannot be trusted.
      held = Array(text.prefix(engine.count))
      if isCancelled() { throw CancellationError() }
      throw error
    }
    held = Array(text)
    return max(0, common - row.position)
  }
}
