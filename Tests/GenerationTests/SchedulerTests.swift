import Generation
import ScriptedModels
import Testing

@Suite("Scheduler")
struct SchedulerTests {
  private let model = ScriptedModel.hashing(vocabulary: 50)

  private func limits(
    blocks: Int = 100, sequences: Int = 4, stepTokens: Int = 16, context: Int = 200
  ) -> RunnerLimits {
    RunnerLimits(
      contextLength: context, blockLength: 4, blockCount: blocks, sequences: sequences, stepTokens: stepTokens
    )
  }

  private func request(_ prompt: [Int], new: Int = 4, _ change: (inout CompletionRequest) -> Void = { _ in })
    throws
    -> CompletionRequest
  {
    var options = GenerationOptions()
    options.maxNewTokens = new
    var request = CompletionRequest(prompt: prompt, config: try GenerationConfig(options))
    change(&request)
    return request
  }

  private func scheduler(_ limits: RunnerLimits, _ change: (inout Scheduler.Options) -> Void = { _ in })
    -> Scheduler
  {
    var options = Scheduler.Options()
    change(&options)
    return Scheduler(limits: limits, options: options) { _ in NumberText() }
  }

  /// Runs everything to its end and returns the steps.
  @discardableResult
  private func drive(
    _ scheduler: Scheduler, _ runner: ScriptedRunner, onEvent: (SchedulerEvent) -> Void = { _ in }
  )
    throws -> [Step]
  {
    var steps: [Step] = []
    while let step = scheduler.next() {
      scheduler.beginnings(of: step).forEach(onEvent)
      scheduler.completed(step, try runner.run(step, isCancelled: { false })).forEach(onEvent)
      steps.append(step)
    }
    #expect(scheduler.isIdle)
    return steps
  }

  @Test func decodesComeFirstAndPromptsFillTheStep() throws {
    let scheduler = scheduler(limits(stepTokens: 10))
    let runner = ScriptedRunner(model, limits: scheduler.limits)
    _ = try scheduler.admit(request([1, 2, 3], new: 20), seed: 0)
    let first = try #require(scheduler.next())
    _ = scheduler.completed(first, try runner.run(first, isCancelled: { false }))
    _ = try scheduler.admit(request(Array(0..<30)), seed: 0)
    let second = try #require(scheduler.next())
    #expect(second.rows.map(\.tokens.count) == [1, 9])
    #expect(second.rows.map(\.samples) == [true, false])
  }

  @Test func aShortPromptDoesNotWaitForALongOne() throws {
    let scheduler = scheduler(limits(stepTokens: 10))
    let runner = ScriptedRunner(model, limits: scheduler.limits)
    _ = try scheduler.admit(request(Array(0..<100)), seed: 0)
    _ = try scheduler.admit(request([5, 6, 7]), seed: 0)
    let step = try #require(scheduler.next())
    #expect(step.rows.map(\.tokens.count) == [7, 3])
    _ = scheduler.completed(step, try runner.run(step, isCancelled: { false }))
  }

  @Test func aPrefixIsComputedOnce() throws {
    let scheduler = scheduler(limits())
    let runner = ScriptedRunner(model, limits: scheduler.limits)
    let system = Array(0..<20)
    _ = try scheduler.admit(request(system + [30, 31]), seed: 0)
    try drive(scheduler, runner)
    _ = try scheduler.admit(request(system + [40, 41, 42]), seed: 0)
    let steps = try drive(scheduler, runner)
    #expect(steps.first?.rows.first?.position == 20)
    #expect(scheduler.prefixHits == 20 && scheduler.prefixQueries == 40)
  }

  @Test func promptsThatBeginAlikeAreComputedOnceEvenTogether() throws {
    let scheduler = scheduler(limits(stepTokens: 24))
    let runner = ScriptedRunner(model, limits: scheduler.limits)
    let system = Array(0..<40)
    for number in 0..<3 { _ = try scheduler.admit(request(system + [41 + number], new: 1), seed: 0) }
    let steps = try drive(scheduler, runner)
    let computed = steps.flatMap(\.rows).map(\.tokens.count).reduce(0, +)
    #expect(computed == 40 + 3)
    #expect(scheduler.prefixHits == 80)
  }

  @Test func branchesShareThePromptAndCopyWhatTheyWrite() throws {
    let scheduler = scheduler(limits())
    let runner = ScriptedRunner(model, limits: scheduler.limits)
    var tokens: [Int: [Int]] = [:]
    let asked = try request(Array(0..<22), new: 6) {
      $0.branches = 3
      $0.config.sampling.isSampling = true
      $0.config.sampling.temperature = 10
      $0.config.seed = 7
    }
    _ = try scheduler.admit(asked, seed: 0)
    let steps = try drive(scheduler, runner) {
      if case .text(let id, _, let new, _) = $0 { tokens[id.branch, default: []] += new }
    }
    #expect(Set(tokens.values).count == 3)
    let computed = steps.flatMap(\.rows).map(\.tokens.count).reduce(0, +)
    #expect(computed == 22 + 2 + 3 * 5)
    #expect(steps.map(\.copies.count).reduce(0, +) == 2)
  }

  @Test func whatCanNeverFitIsRefused() throws {
    let scheduler = scheduler(limits(blocks: 5, context: 100))
    #expect {
      try scheduler.admit(request(Array(0..<21)), seed: 0)
    } throws: { error in
      let failure = error as? CompletionFailure
      return failure?.code == .promptTooLong && failure?.promptTokens == 21 && failure?.contextLength == 20
    }
    _ = try scheduler.admit(request(Array(0..<20), new: 1), seed: 0)
  }

  @Test func theQueueIsBounded() throws {
    let scheduler = scheduler(limits()) { $0.queueLimit = 2 }
    for _ in 0..<2 { _ = try scheduler.admit(request([1]), seed: 0) }
    #expect { try scheduler.admit(request([1]), seed: 0) } throws: {
      ($0 as? CompletionFailure)?.code == .queueFull
    }
  }

  @Test func theYoungestGivesWayAndComesBack() throws {
    // Room for 24 tokens, wanted are twice 16.
    let scheduler = scheduler(limits(blocks: 6))
    let runner = ScriptedRunner(model, limits: scheduler.limits)
    var finished: [Int] = []
    _ = try scheduler.admit(request([1, 2, 3, 4], new: 12), seed: 0)
    _ = try scheduler.admit(request([5, 6, 7, 8], new: 12), seed: 0)
    try drive(scheduler, runner) {
      if case .finished(let id, _, _, _, _, let generated) = $0 {
        finished.append(id.request)
        #expect(generated == 12)
      }
    }
    #expect(finished == [0, 1])
    #expect(scheduler.preemptions > 0)
  }

  @Test func higherPrioritiesGoFirstButNotForEver() throws {
    let scheduler = scheduler(limits(sequences: 1)) { $0.patience = 3 }
    let runner = ScriptedRunner(model, limits: scheduler.limits)
    var started: [Int] = []
    for number in 0..<6 {
      _ = try scheduler.admit(request([1, 2], new: 1) { $0.priority = number == 0 ? 0 : 1 }, seed: 0)
    }
    try drive(scheduler, runner) { if case .started(let request) = $0 { started.append(request) } }
    #expect(started == [1, 2, 3, 0, 4, 5])
  }

  @Test func twoCrashesFailWhatWasInBoth() throws {
    let scheduler = scheduler(limits(sequences: 1))
    let runner = ScriptedRunner(model, limits: scheduler.limits)
    _ = try scheduler.admit(request([1, 2]), seed: 0)
    _ = try scheduler.admit(request([3, 4]), seed: 0)
    _ = scheduler.next()
    #expect(scheduler.runnerLost().isEmpty)
    _ = scheduler.next()
    let events = scheduler.runnerLost("signal 11")
    guard case .failed(let number, let failure)? = events.first else {
      Issue.record("nothing failed")
      return
    }
    #expect(number == 0 && failure.code == .runnerLost && failure.message.contains("signal 11"))
    var finished: [Int] = []
    try drive(scheduler, runner) {
      if case .finished(let id, _, _, _, _, _) = $0 { finished.append(id.request) }
    }
    #expect(finished == [1])
  }

  @Test func whatAPromptBeginsWithIsKeptForTheNextProcess() throws {
    var limits = limits()
    limits.prefixFolder = "kept"
    var kept: [BlockDigest: [Int?]] = [:]
    var computed: [Int] = []
    for process in 0..<2 {
      let runner = ScriptedRunner(model, limits: limits)
      runner.kept = kept
      let scheduler = scheduler(limits)
      scheduler.isKept = { runner.kept[$0] != nil }
      _ = try scheduler.admit(request(Array(0..<43), new: 9), seed: 0)
      let steps = try drive(scheduler, runner)
      kept = runner.kept
      computed.append(steps.flatMap(\.rows).map(\.tokens.count).reduce(0, +))
      #expect(steps.map(\.loads.count).reduce(0, +) == process * 10)
    }
    // Ten whole blocks of the prompt, and nothing of the answer.
    #expect(kept.count == 10)
    #expect(computed == [43 + 8, 3 + 8])
  }

  /// Whoever was beside a request that kills its runner goes on with the tokens that it would have had.
  @Test(arguments: [0, 3, 9]) func onlyTheGuiltyFails(deadlyLength: Int) throws {
    struct Death: Error {}
    func tokens(guilty: Int?) throws -> (answers: [Int: [Int]], failed: [Int], deaths: Int) {
      let scheduler = scheduler(limits(blocks: 30))
      let runner = ScriptedRunner(
        model, limits: scheduler.limits,
        beforeStep: { step in
          let isDeadly = step.rows.contains {
            $0.id.request == guilty && $0.position + $0.tokens.count > deadlyLength + 3
          }
          if isDeadly { throw Death() }
        })
      var (answers, failed, deaths) = ([Int: [Int]](), [Int](), 0)
      func note(_ events: [SchedulerEvent]) {
        for event in events {
          if case .text(let id, _, let new, _) = event { answers[id.request, default: []] += new }
          if case .failed(let number, _) = event { failed.append(number) }
        }
      }
      for number in 0..<6 { _ = try scheduler.admit(request([number, 8, 9, 5], new: 12), seed: 0) }
      while let step = scheduler.next() {
        do {
          note(scheduler.completed(step, try runner.run(step, isCancelled: { false })))
        } catch is Death {
          deaths += 1
          runner.recover()
          note(scheduler.runnerLost())
        }
      }
      #expect(scheduler.isIdle && scheduler.pool.heldCount == 0)
      return (answers, failed, deaths)
    }
    let whole = try tokens(guilty: nil).answers
    for guilty in 0..<6 {
      let outcome = try tokens(guilty: guilty)
      #expect(outcome.failed == [guilty] && outcome.deaths == 2)
      for number in 0..<6 where number != guilty { #expect(outcome.answers[number] == whole[number]) }
    }
  }

  @Test func probabilitiesOfTokensAndAlternatives() throws {
    let model = ScriptedModel(vocabulary: 4) { _, _ in [0, 1, 2, 3] }
    let scheduler = scheduler(limits())
    let runner = ScriptedRunner(model, limits: scheduler.limits)
    var seen: [TokenLogProbability] = []
    _ = try scheduler.admit(request([1], new: 1) { $0.topLogProbabilities = 2 }, seed: 0)
    try drive(scheduler, runner) { if case .text(_, _, _, let probabilities) = $0 { seen += probabilities } }
    // python3: x - log(sum(exp(i) for i in range(4)))
    #expect(seen.count == 1 && seen[0].token == 3 && seen[0].top.map(\.token) == [3, 2])
    #expect(abs(seen[0].logProbability - -0.440_189_7) < 1e-6)
    #expect(abs(seen[0].top[1].logProbability - -1.440_189_7) < 1e-6)
  }
}
