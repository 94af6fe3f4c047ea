import Dispatch
import Synchronization

/// A scheduler with its runner: many requests at once on one model. The runner computes on a thread of its own, so that
/// requests come and go meanwhile.
package actor ModelService: CompletionService {
  package nonisolated let contextLength: Int
  package nonisolated let deviceName: String
  /// What keeps the sequences: "paged", "stateful", "static".
  package nonisolated let engineName: String
  /// What the runner can do at most.
  package nonisolated let limits: RunnerLimits
  package nonisolated var longestPrompt: Int { min(limits.longestPrompt, contextLength) }

  /// Seconds spent inside the device since the start.
  package private(set) var deviceSeconds = 0.0

  private let scheduler: Scheduler
  private let thread: RunnerThread
  private let clock: @Sendable () -> Double
  private let words: @Sendable (any Error) -> String
  private var listeners: [Int: Listener] = [:]
  private var isWorking = false
  private var isDraining = false
  /// Why nothing can be computed any more.
  private var end: CompletionFailure?
  private var stop = StopFlag()
  private var lastStepEnd = 0.0
  private var restarts = 0
  private var lastLoss = ""
  private var drainers: [CheckedContinuation<Void, Never>] = []

  /// Starts the thread, makes the runner on it, and is ready.
  ///
  /// - Parameters:
  ///   - warmsUp: Whether a few tokens are computed at once, unless a request is faster: devices lay their weights out in
  ///     the first run, and whoever comes meanwhile is queued.
  ///   - words: What an error of the runner says to people.
  ///   - keptBlocks: Makes what says which blocks are kept in a folder.
  ///   - makeStream: Makes what turns the tokens after a prompt into text.
  ///   - makeRunner: Loads the model; called on the runner's thread.
  package init(
    options: Scheduler.Options = .init(),
    clock: @escaping @Sendable () -> Double = { SystemClock.seconds() },
    warmsUp: Bool = false,
    words: @escaping @Sendable (any Error) -> String = { "\($0)" },
    keptBlocks: @escaping @Sendable (_ folder: String) -> @Sendable (BlockDigest) -> Bool = { _ in
      { _ in false }
    },
    makeStream: @escaping @Sendable (_ prompt: [Int]) -> any TokenTextStream,
    makeRunner: @escaping @Sendable () throws -> any ModelRunner
  ) async throws {
    let thread = RunnerThread()
    let (limits, deviceName, engineName, seconds) = try await thread.start(makeRunner)
    deviceSeconds = seconds
    self.thread = thread
    self.limits = limits
    self.deviceName = deviceName
    self.engineName = engineName
    self.clock = clock
    self.words = words
    contextLength = limits.longestSequence
    scheduler = Scheduler(limits: limits, options: options, makeStream: makeStream)
    if let folder = limits.prefixFolder { scheduler.isKept = keptBlocks(folder) }
    if warmsUp { warmUp() }
  }

  /// Whoever waits for a request's events.
  private struct Listener {
    let continuation: AsyncThrowingStream<CompletionEvent, any Error>.Continuation
    let begin: Double
    var open: Int
    var queueTime = 0.0
    /// When the first token of each branch came.
    var firstTokens: [Int: Double] = [:]
  }

  package func complete(
    _ request: CompletionRequest
  ) async throws -> AsyncThrowingStream<CompletionEvent, any Error> {
    if let end { throw end }
    guard !isDraining else { throw CompletionFailure(.draining, "the service is going down") }
    let number = try scheduler.admit(request, seed: .random(in: .min ... .max))
    let (stream, continuation) = AsyncThrowingStream.makeStream(of: CompletionEvent.self)
    listeners[number] = Listener(continuation: continuation, begin: clock(), open: request.branches)
    continuation.onTermination = { [weak self] reason in
      guard case .cancelled = reason, let self else { return }
      Task { await self.cancel(number) }
    }
    work()
    return stream
  }

  /// Begins with a request of which nobody hears.
  private func warmUp() {
    var options = GenerationOptions()
    options.maxNewTokens = 2
    guard scheduler.isIdle, let config = try? GenerationConfig(options) else { return }
    let prompt = [Int](repeating: 1, count: max(1, min(16, limits.longestSequence - 2)))
    guard (try? scheduler.admit(CompletionRequest(prompt: prompt, config: config), seed: 0)) != nil else {
      return
    }
    work()
  }

  package func status() -> ServiceStatus {
    var status = ServiceStatus()
    status.running = scheduler.runningCount
    status.waiting = scheduler.waitingCount
    status.cacheUsage = scheduler.cacheUsage
    status.prefixQueries = scheduler.prefixQueries
    status.prefixHits = scheduler.prefixHits
    status.preemptions = scheduler.preemptions
    status.steps = scheduler.stepCount
    status.stalledFor = isWorking ? clock() - lastStepEnd : 0
    status.restarts = restarts
    status.lastLoss = lastLoss
    return status
  }

  /// The most memory that the runner's own process took so far, in bytes; 0 where it has none.
  package func peakMemory() async -> Int { await thread.peakMemory() }

  package func drain() async {
    isDraining = true
    if isWorking { await withCheckedContinuation { drainers.append($0) } }
    await thread.finish()
  }

  private func cancel(_ request: Int) {
    listeners[request] = nil
    scheduler.cancel(request: request)
    if scheduler.isStepUseless { stop.set() }
  }

  private func work() {
    guard !isWorking else { return }
    isWorking = true
    lastStepEnd = clock()
    Task { await carryOn() }
  }

  /// Step after step, as long as there is something to do. What came of one is told while the device computes the next.
  private func carryOn() async {
    var news: [SchedulerEvent] = []
    while let step = scheduler.next() {
      let beginnings = scheduler.beginnings(of: step)
      let stop = StopFlag()
      self.stop = stop
      do {
        let (sampled, seconds) = try await withCheckedThrowingContinuation {
          (continuation: CheckedContinuation<RunnerThread.Work, any Error>) in
          thread.run(step, stop) { continuation.resume(with: $0) }
          deliver(news)
          deliver(beginnings)
          news = []
        }
        deviceSeconds = seconds
        news = scheduler.completed(step, sampled)
      } catch is CancellationError where stop.isSet {
        scheduler.abandoned()
      } catch {
        await recover(from: error)
      }
      lastStepEnd = clock()
    }
    deliver(news)
    isWorking = false
    drainers.forEach { $0.resume() }
    drainers = []
  }

  private func recover(from error: any Error) async {
    lastLoss = words(error)
    deliver(scheduler.runnerLost(lastLoss))
    restarts += 1
    do {
      try await thread.recover()
    } catch {
      let failure = CompletionFailure(.runnerLost, "the model cannot be run again: \(words(error))")
      end = failure
      deliver(scheduler.failAll(failure))
    }
  }

  private func deliver(_ events: [SchedulerEvent]) {
    guard !events.isEmpty else { return }
    let now = clock()
    for event in events { deliver(event, now) }
  }

  private func deliver(_ event: SchedulerEvent, _ now: Double) {
    switch event {
    case .started(let request):
      let begin = listeners[request]?.begin ?? now
      listeners[request]?.queueTime = now - begin
    case .prefill(let request, let done, let total, let cached):
      listeners[request]?.continuation.yield(.prefill(done: done, total: total, cached: cached))
    case .text(let id, let text, let tokens, let logProbabilities):
      if listeners[id.request]?.firstTokens[id.branch] == nil {
        listeners[id.request]?.firstTokens[id.branch] = now
      }
      listeners[id.request]?.continuation.yield(
        .text(branch: id.branch, text: text, tokens: tokens, logProbabilities: logProbabilities))
    case .finished(let id, let reason, let stopString, let prompt, let cached, let generated):
      guard var listener = listeners[id.request] else { return }
      var usage = CompletionUsage()
      (usage.promptTokens, usage.cachedTokens, usage.generatedTokens) = (prompt, cached, generated)
      usage.queueTime = listener.queueTime
      usage.timeToFirstToken = (listener.firstTokens[id.branch] ?? now) - listener.begin
      usage.totalTime = now - listener.begin
      listener.continuation.yield(
        .finished(branch: id.branch, reason: reason, stopString: stopString, usage: usage))
      listener.open -= 1
      listeners[id.request] = listener.open > 0 ? listener : nil
      if listener.open == 0 { listener.continuation.finish() }
    case .failed(let request, let failure):
      listeners.removeValue(forKey: request)?.continuation.finish(throwing: failure)
    }
  }
}

/// Says from one thread to another that a step need not go on.
private final class StopFlag: Sendable {
  private let flag = Atomic(false)

  var isSet: Bool { flag.load(ordering: .relaxed) }
  func set() { flag.store(true, ordering: .relaxed) }
}

/// The thread of a runner.
///
/// `@unchecked Sendable`: the runner is touched on the queue only, which does one thing at a time.
private final class RunnerThread: @unchecked Sendable {
  private let queue = DispatchQueue(label: "oven.runner")
  private var runner: (any ModelRunner)?
  /// The step that is to be carried out next.
  private let next = Mutex<Step?>(nil)

  func start(_ makeRunner: @escaping @Sendable () throws -> any ModelRunner) async throws -> (
    RunnerLimits, String, String, deviceSeconds: Double
  ) {
    try await onQueue { thread in
      let runner = try makeRunner()
      thread.runner = runner
      return (runner.limits, runner.deviceName, runner.engineName, runner.deviceSeconds)
    }
  }

  /// What a step gave, and the seconds that the device spent so far.
  typealias Work = (sampled: [Sampled], deviceSeconds: Double)

  /// Lets the runner carry out a step. Returns at once.
  func run(_ step: Step, _ stop: StopFlag, whenDone: @escaping @Sendable (Result<Work, any Error>) -> Void) {
    next.withLock { $0 = step }
    queue.async { [self] in
      next.withLock { $0 = nil }
      let result = Result {
        let sampled = try runner?.run(step, isCancelled: { stop.isSet }) ?? []
        return Work(sampled, runner?.deviceSeconds ?? 0)
      }
      whenDone(result)
      if case .success(let work) = result {
        runner?.runAhead(of: step, work.sampled) { [self] in next.withLock(\.self) }
      }
    }
  }

  func recover() async throws {
    try await onQueue { try $0.runner?.recover() }
  }

  func peakMemory() async -> Int {
    await withCheckedContinuation { continuation in
      queue.async { [self] in continuation.resume(returning: runner?.peakMemory ?? 0) }
    }
  }

  /// Finishes what is not to be cut off by the end of the process.
  func finish() async {
    await withCheckedContinuation { continuation in
      queue.async { [self] in
        runner?.atEnd()
        continuation.resume()
      }
    }
  }

  private func onQueue<Result: Sendable>(
    _ body: @escaping @Sendable (RunnerThread) throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Swift.Result { try body(self) }) }
    }
  }
}
