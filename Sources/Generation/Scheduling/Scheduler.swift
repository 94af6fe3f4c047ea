/// Decides what a runner computes next, for many requests at once, and what becomes of what it chose.
///
/// It knows no devices, clocks or threads: whoever drives it asks for the next step, lets a runner carry it out, reports,
/// and passes the events on. At most one step is under way.
///
/// - A step first has a token for every sequence that generates, then prompts, in pieces that fill it.
/// - A sequence that needs a block where none is free takes it from the least important, youngest one, which is computed
///   again later. Since no request is admitted that would not fit alone, the first one always gets on.
package final class Scheduler {
  /// What can be decided by whoever runs it.
  package struct Options: Sendable {
    /// The requests that may wait; the next one is refused.
    package var queueLimit = 256
    /// Whatever besides tokens changes the keys: model, adapter, precision.
    package var salt = ""
    /// How many later requests of a higher priority are let in before a waiting one goes first.
    package var patience = 32
    /// The runners that may die while they compute a sequence, the last of them alone; then it fails.
    package var crashLimit = 2
    /// Whether what stood before is tried as what comes next, where the runner can.
    package var guessesFromText = true

    /// The defaults.
    package init() {}
  }

  /// Whether a block is kept beyond this process. Asked where the limits say that blocks are.
  package var isKept: (BlockDigest) -> Bool = { _ in false }
  /// What the next step is to keep, and to fill.
  var saves: [Step.StoredBlock] = []
  var loads: [Step.StoredBlock] = []

  /// What the runner can do at most.
  package let limits: RunnerLimits
  let options: Options
  private let salt: BlockDigest
  private let makeStream: (_ prompt: [Int]) -> any TokenTextStream

  /// The blocks of the cache.
  package internal(set) var pool: BlockPool
  /// All sequences that have not ended.
  var sequences: [SequenceID: SequenceState] = [:]
  /// Those that hold blocks, in the order of service.
  var running: [SequenceState] = []
  /// Those that hold none, in the order of service.
  var waiting: [SequenceState] = []
  /// How many branches of a request have not ended.
  var open: [Int: Int] = [:]
  /// The requests of which nothing was computed yet.
  var unstarted: Set<Int> = []
  /// The sequences that the present runner knows, and those that it may forget.
  var known: Set<SequenceID> = []
  var ended: [SequenceID] = []
  /// The step that is under way.
  var inFlight: Step?
  private var requestCount = 0

  /// Steps since the start.
  package internal(set) var stepCount = 0
  /// Sequences that lost their blocks to others.
  package internal(set) var preemptions = 0
  /// Tokens of prompts that were looked up in the index, and found.
  package internal(set) var prefixQueries = 0, prefixHits = 0

  /// A scheduler for one runner, and for those that replace it.
  ///
  /// - Parameter makeStream: Makes what turns the tokens after a prompt into text.
  package init(
    limits: RunnerLimits, options: Options = .init(),
    makeStream: @escaping (_ prompt: [Int]) -> any TokenTextStream
  ) {
    self.limits = limits
    self.options = options
    self.makeStream = makeStream
    salt = BlockDigest(salt: options.salt)
    pool = BlockPool(count: limits.blockCount)
  }

  /// Whether anything is left to be done.
  package var isIdle: Bool { sequences.isEmpty }

  /// Requests that compute, and those that wait.
  package var runningCount: Int { open.count - unstarted.count }
  package var waitingCount: Int { unstarted.count }

  /// The share of the cache's blocks that are held.
  package var cacheUsage: Double { Double(pool.heldCount) / Double(pool.count) }

  /// The blocks that each sequence holds, to be checked by tests.
  package var holdings: [[BlockID]] { sequences.values.map(\.blocks) }

  /// Takes a request into the queue.
  ///
  /// - Parameter seed: What the random numbers of the first branch follow from, if the request does not say.
  /// - Returns: Its number.
  /// - Throws: For a request that can never be answered, or for which the queue has no room.
  package func admit(_ request: CompletionRequest, seed: @autoclosure () -> UInt64) throws(CompletionFailure)
    -> Int
  {
    try check(request)
    guard unstarted.count < options.queueLimit else {
      throw CompletionFailure(.queueFull, "\(unstarted.count) requests wait already; try again later")
    }
    let number = requestCount
    requestCount += 1
    let first = request.config.seed ?? seed()
    for branch in 0..<request.branches {
      let state = SequenceState(
        request, id: SequenceID(request: number, branch: branch), seed: first &+ UInt64(branch),
        limits: limits,
        salt: salt, stream: makeStream(request.prompt))
      sequences[state.id] = state
      enqueue(state)
    }
    open[number] = request.branches
    unstarted.insert(number)
    return number
  }

  private func check(_ request: CompletionRequest) throws(CompletionFailure) {
    guard !request.prompt.isEmpty else { throw CompletionFailure(.badOption, "the prompt has no tokens") }
    guard request.branches > 0 else {
      throw CompletionFailure(
        .badOption, "\(request.branches) answers were asked for; 1 or more can be given")
    }
    let count = request.prompt.count
    let needed = count + max(1, request.config.minNewTokens) - 1
    guard count <= limits.longestPrompt else {
      throw CompletionFailure(
        .promptTooLong, "the prompt has \(count) tokens; the model was loaded for \(limits.longestPrompt)",
        promptTokens: count, contextLength: limits.longestPrompt)
    }
    guard needed <= limits.longestSequence else {
      let least =
        request.config.minNewTokens > 1
        ? ", with \(request.config.minNewTokens) to be generated at least" : ""
      throw CompletionFailure(
        .promptTooLong, "the prompt has \(count) tokens\(least); \(limits.longestSequence) fit",
        promptTokens: count, contextLength: limits.longestSequence)
    }
  }

  /// Stops a request wherever it is. Nothing more is heard of it.
  package func cancel(request: Int) {
    for state in sequences.values where state.id.request == request { remove(state) }
  }

  /// Whether the step under way computes for nobody any more.
  package var isStepUseless: Bool {
    guard let inFlight else { return false }
    return inFlight.rows.allSatisfy { sequences[$0.id] == nil }
  }

  /// The step under way was stopped: it is as if it had not been.
  package func abandoned() { inFlight = nil }

  /// The runner has died, with the cache and all that it knew. What ran is computed again by the next one. What was in
  /// the step under way is suspected, and runs alone until it is past the place where the runner died, so that only the
  /// guilty one is there when the next runner dies too, and fails.
  package func runnerLost(_ reason: String = "the runner died") -> [SchedulerEvent] {
    var failed: Set<Int> = []
    for row in inFlight?.rows ?? [] {
      guard let state = sequences[row.id] else { continue }
      state.crashes += 1
      state.suspectUntil = row.position + row.tokens.count
      if state.crashes >= options.crashLimit { failed.insert(state.id.request) }
    }
    inFlight = nil
    known = []
    ended = []
    (saves, loads) = ([], [])
    let failure = CompletionFailure(
      .runnerLost, "computing this request failed \(options.crashLimit) times; the last time, \(reason)")
    for request in failed { cancel(request: request) }
    for state in running.reversed() { suspend(state) }
    // What a prompt found in the cache is lost with it.
    for state in sequences.values where !state.hasPrompt { state.cached = 0 }
    pool.removeAllContents()
    return failed.sorted().map { .failed(request: $0, failure) }
  }

  /// Nothing can be computed any more: ends everything.
  package func failAll(_ failure: CompletionFailure) -> [SchedulerEvent] {
    inFlight = nil
    let requests = open.keys.sorted()
    requests.forEach(cancel)
    return requests.map { .failed(request: $0, failure) }
  }

  // MARK: What the parts share

  func enqueue(_ state: SequenceState) {
    waiting.insert(state, at: waiting.firstIndex { state.precedes($0) } ?? waiting.count)
  }

  /// Takes the blocks away. What they hold stays known as long as nobody needs the room.
  func suspend(_ state: SequenceState) {
    running.removeAll { $0 === state }
    releaseBlocks(of: state)
    // The runner need not keep what belongs to it: it begins anew.
    if known.remove(state.id) != nil { ended.append(state.id) }
    enqueue(state)
  }

  /// A sequence has ended.
  func remove(_ state: SequenceState) {
    running.removeAll { $0 === state }
    waiting.removeAll { $0 === state }
    releaseBlocks(of: state)
    sequences[state.id] = nil
    if known.remove(state.id) != nil { ended.append(state.id) }
    let request = state.id.request
    open[request, default: 1] -= 1
    if open[request] == 0 {
      open[request] = nil
      unstarted.remove(request)
    }
  }

  /// The last blocks go first, so that they are forgotten before those that they follow.
  private func releaseBlocks(of state: SequenceState) {
    keepTail(of: state)
    state.blocks.reversed().forEach { pool.release($0) }
    state.blocks = []
    state.expected = []
    state.computed = 0
    state.published = 0
  }

  /// Remembers the block that is not full, in which a conversation may go on.
  private func keepTail(of state: SequenceState) {
    let end = min(state.computed, state.tokens.count)
    let full = end / limits.blockLength
    guard limits.sharesBlocks, end % limits.blockLength > 0, state.published == full,
      state.blocks.indices.contains(full), pool.holders(of: state.blocks[full]) == 1
    else { return }
    pool.note(
      state.tokens[(full * limits.blockLength)..<end], in: state.blocks[full],
      after: state.chain.digest(before: full, of: state.tokens))
  }
}
