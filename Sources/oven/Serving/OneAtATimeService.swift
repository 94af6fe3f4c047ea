import Dispatch
import Generation
import Supervisor
import Synchronization
import Tokenization

/// Answers requests one after another on an engine with room for one sequence.
final class OneAtATimeService: CompletionService {
  let contextLength: Int
  let deviceName: String
  private let worker: Worker
  private let queueLimit: Int
  private let state = Mutex(State())

  private struct State {
    var waiting = 0
    var running = 0
    var isDraining = false
    var steps = 0
    var lastStep = ContinuousClock.now
  }

  /// - Parameters:
  ///   - engine: nobody else uses it from now on.
  ///   - keepsMarks: whether special tokens stay in the text, because some of them are marks of calls or reasoning.
  ///   - queueLimit: requests that may wait.
  init(_ engine: sending any ModelEngine, tokenizer: Tokenizer, keepsMarks: Bool, queueLimit: Int) {
    contextLength = engine.contextLength
    deviceName = engine.deviceName
    self.queueLimit = queueLimit
    worker = Worker(engine, tokenizer, keepsMarks)
  }

  func complete(
    _ request: CompletionRequest
  ) async throws -> AsyncThrowingStream<CompletionEvent, any Error> {
    if request.constraint != nil {
      throw CompletionFailure(.badConstraint, "this engine enforces no form of the answer")
    }
    if request.topLogProbabilities != nil {
      throw CompletionFailure(.badOption, "this engine reports no log-probabilities")
    }
    try state.withLock { state in
      guard !state.isDraining else { throw CompletionFailure(.draining, "the service is going down") }
      guard state.waiting < queueLimit else {
        throw CompletionFailure(.queueFull, "\(state.waiting) requests wait already")
      }
      state.waiting += 1
    }
    let (stream, continuation) = AsyncThrowingStream<CompletionEvent, any Error>.makeStream()
    let cancelled = Flag()
    continuation.onTermination = { reason in
      if case .cancelled = reason { cancelled.set() }
    }
    let start = ContinuousClock.now
    worker.queue.async { [self] in
      state.withLock { state in
        state.waiting -= 1
        state.running += 1
        state.lastStep = .now
      }
      defer { state.withLock { $0.running -= 1 } }
      do {
        for branch in 0..<request.branches where !cancelled.isSet {
          try worker.answer(request, branch, start, cancelled, note: noteStep) { continuation.yield($0) }
        }
        continuation.finish()
      } catch {
        continuation.finish(throwing: error)
      }
    }
    return stream
  }

  private func noteStep() {
    state.withLock { state in
      state.steps += 1
      state.lastStep = .now
    }
  }

  func status() async -> ServiceStatus {
    state.withLock { state in
      var status = ServiceStatus()
      status.running = state.running
      status.waiting = state.waiting
      status.steps = state.steps
      status.stalledFor = state.running > 0 ? state.lastStep.duration(to: .now) / .seconds(1) : 0
      return status
    }
  }

  func drain() async {
    state.withLock { $0.isDraining = true }
    await withCheckedContinuation { continuation in
      worker.queue.async { continuation.resume() }
    }
  }
}

/// Set from one thread, read on another.
private final class Flag: Sendable {
  private let flag = Atomic(false)
  var isSet: Bool { flag.load(ordering: .relaxed) }
  func set() { flag.store(true, ordering: .relaxed) }
}

/// The thread of the engine.
///
/// `@unchecked Sendable`: the generator is touched on the queue only, which does one thing at a time.
private final class Worker: @unchecked Sendable {
  let queue = DispatchQueue(label: "oven.engine")
  private let generator: Generator
  private let tokenizer: Tokenizer
  private let keepsMarks: Bool

  init(_ engine: any ModelEngine, _ tokenizer: Tokenizer, _ keepsMarks: Bool) {
    generator = Generator(engine)
    self.tokenizer = tokenizer
    self.keepsMarks = keepsMarks
  }

  /// One answer, from its first event to its end. On the queue.
  func answer(
    _ request: CompletionRequest, _ branch: Int, _ start: ContinuousClock.Instant, _ cancelled: Flag,
    note: () -> Void, report: (CompletionEvent) -> Void
  ) throws {
    var config = request.config
    config.seed = config.seed.map { $0 &+ UInt64(branch) }
    let queueTime = start.duration(to: .now) / .seconds(1)
    let result = try generator.generate(
      prompt: request.prompt, config: config,
      stream: tokenizer.makeStream(skipSpecialTokens: !keepsMarks, prompt: request.prompt),
      isCancelled: { cancelled.isSet }
    ) { event in
      note()
      switch event {
      case .prompt(let tokens, let reused): report(.prefill(done: reused, total: tokens, cached: reused))
      case .token(let token): report(.text(branch: branch, text: "", tokens: [token], logProbabilities: []))
      case .text(let text): report(.text(branch: branch, text: text, tokens: [], logProbabilities: []))
      case .finished: break
      }
    }
    var usage = CompletionUsage()
    usage.promptTokens = result.metrics.promptTokens
    usage.cachedTokens = result.metrics.reusedTokens
    usage.generatedTokens = result.metrics.generatedTokens
    usage.queueTime = queueTime
    usage.timeToFirstToken = queueTime + result.metrics.timeToFirstToken
    usage.totalTime = queueTime + result.metrics.totalTime
    report(
      .finished(branch: branch, reason: result.reason, stopString: nil, usage: usage))
  }
}
