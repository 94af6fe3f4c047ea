/// What happens while an answer is generated.
package enum GenerationEvent: Sendable, Equatable {
  /// The prompt is about to be computed: `reused` of its tokens are in the cache already.
  case prompt(tokens: Int, reused: Int)
  /// A token was chosen.
  case token(Int)
  /// Text became certain.
  case text(String)
  /// The answer has ended.
  case finished(FinishReason)
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

  /// Makes an answer.
  package init(text: String, tokens: [Int], reason: FinishReason, metrics: GenerationMetrics) {
    self.text = text
    self.tokens = tokens
    self.reason = reason
    self.metrics = metrics
  }
}

/// Generates answers with an engine, one at a time, and knows which tokens its cache holds, so that a conversation is
/// computed only once.
package final class Generator {
  /// Seconds since some moment, never going back.
  package typealias Clock = () -> Double

  private let engine: any TextGenerationEngine
  private let clock: Clock
  /// The tokens in the engine's cache.
  package var held: [Int] { engine.tokens }

  /// A generator for an engine that nobody else uses meanwhile.
  package init(_ engine: any TextGenerationEngine, clock: @escaping Clock = Generator.systemClock) {
    self.engine = engine
    self.clock = clock
  }

  /// The system's monotonic clock.
  package static func systemClock() -> Double {
    origin.duration(to: .now) / .seconds(1)
  }

  private static let origin = ContinuousClock.now

  /// Generates an answer.
  ///
  /// - Parameters:
  ///   - prompt: All tokens of the conversation, those of earlier answers included.
  ///   - config: How.
  ///   - stream: Turns the answer's tokens into text.
  ///   - isCancelled: Asked before every token and between the parts of a long prompt.
  ///   - onEvent: Told what happens, as it happens. An error that it throws ends the answer.
  /// - Throws: `GenerationError`, what the engine throws, and what `onEvent` throws. The generator stays usable.
  package func generate(
    prompt: [Int], config: GenerationConfig, stream: any TokenTextStream, isCancelled: () -> Bool = { false },
    onEvent: (GenerationEvent) throws -> Void = { _ in }
  ) throws -> GenerationResult {
    var run = Run(
      machine: try GenerationLoop(
        prompt: prompt, contextLength: engine.contextLength, config: config, advice: engine.contextAdvice),
      sampler: Sampler(config.sampling, seed: config.seed ?? .random(in: .min ... .max)),
      assembler: IncrementalDetokenizer(stream, stopStrings: config.stopStrings), prompt: prompt,
      start: clock(),
      deviceStart: engine.deviceSeconds)
    var action = run.machine.begin(shared: engine.shared(with: prompt))
    while true {
      switch action {
      case .finish(let reason): return try finish(&run, reason, onEvent)
      case .choose(let forbidden): action = try choose(&run, forbidden, onEvent)
      case .keep, .compute:
        guard let next = try compute(action, &run, isCancelled, onEvent) else {
          return try finish(&run, .cancelled, onEvent)
        }
        action = next
      }
    }
  }

  /// Forgets the conversation, so that the next one begins with an empty cache.
  package func reset() throws {
    _ = try engine.truncate(to: 0)
  }

  /// The state of one answer.
  private struct Run {
    var machine: GenerationLoop
    var sampler: Sampler
    var assembler: IncrementalDetokenizer
    var history: TokenHistory
    var text = ""
    var metrics = GenerationMetrics()
    let start: Double
    var lastToken: Double?
    let deviceStart: Double

    init(
      machine: GenerationLoop, sampler: Sampler, assembler: IncrementalDetokenizer, prompt: [Int],
      start: Double,
      deviceStart: Double
    ) {
      self.machine = machine
      self.sampler = sampler
      self.assembler = assembler
      self.start = start
      self.deviceStart = deviceStart
      history = TokenHistory(prompt: prompt)
    }

    mutating func note(_ id: Int, at now: Double) {
      history.append(id)
      if let lastToken {
        metrics.tokenTimes.append(now - lastToken)
      } else {
        metrics.timeToFirstToken = now - start
      }
      lastToken = now
    }
  }

  /// Carries out what changes the cache; nil when it was cancelled.
  private func compute(
    _ action: GenerationLoop.Action, _ run: inout Run, _ isCancelled: () -> Bool,
    _ onEvent: (GenerationEvent) throws -> Void
  ) throws -> GenerationLoop.Action? {
    if case .keep(let count) = action {
      let kept = count < engine.count ? try engine.truncate(to: count) : count
      try onEvent(.prompt(tokens: run.machine.prompt.count, reused: kept))
      return run.machine.kept(kept)
    }
    guard case .compute(let tokens) = action, !isCancelled() else { return nil }
    do {
      try engine.append(tokens, shouldContinue: { !isCancelled() })
    } catch {
      if isCancelled() { return nil }
      throw error
    }
    return run.machine.computed()
  }

  private func choose(
    _ run: inout Run, _ forbidden: [Int], _ onEvent: (GenerationEvent) throws -> Void
  ) throws -> GenerationLoop.Action {
    let history = run.history
    var sampler = run.sampler
    let id = try engine.withLogits { logits in
      try sampler.sample(logits, history: history, forbidden: forbidden)
    }
    run.sampler = sampler
    run.note(id, at: clock())
    try onEvent(.token(id))
    guard !run.machine.isEnd(id) else { return run.machine.chosen(id) }
    let outcome = run.assembler.append(id)
    try emit(outcome.text, &run, onEvent)
    return run.machine.chosen(id, isStopped: outcome.stop != nil)
  }

  private func emit(_ text: String, _ run: inout Run, _ onEvent: (GenerationEvent) throws -> Void) throws {
    guard !text.isEmpty else { return }
    run.text += text
    try onEvent(.text(text))
  }

  private func finish(
    _ run: inout Run, _ reason: FinishReason, _ onEvent: (GenerationEvent) throws -> Void
  ) throws -> GenerationResult {
    if reason != .stopString { try emit(run.assembler.finish(), &run, onEvent) }
    run.metrics.device = engine.deviceName
    run.metrics.promptTokens = run.machine.prompt.count
    run.metrics.reusedTokens = run.machine.reused
    run.metrics.generatedTokens = run.machine.generated.count
    run.metrics.totalTime = clock() - run.start
    run.metrics.deviceTime = engine.deviceSeconds - run.deviceStart
    try onEvent(.finished(reason))
    return GenerationResult(
      text: run.text, tokens: run.machine.generated, reason: reason, metrics: run.metrics)
  }
}
