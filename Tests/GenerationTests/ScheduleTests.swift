import Generation
import ScriptedModels
import Testing

/// Seeded random schedules: what must hold whatever comes, goes, waits or dies.
@Suite("Random schedules")
struct ScheduleTests {
  @Test(arguments: 0..<4)
  func everyRequestEndsWithItsOwnTokens(part: Int) throws {
    var stepsAhead = 0
    for seed in 0..<2500 {
      var schedule = RandomSchedule(seed: UInt64(part * 2500 + seed))
      try schedule.run()
      stepsAhead += schedule.stepsAhead
    }
    #expect(stepsAhead > 1000)
  }
}

/// One random schedule.
private struct RandomSchedule {
  private let seed: UInt64
  private var random: RandomSource
  private let limits: RunnerLimits
  private let runner: ScriptedRunner
  private let scheduler: Scheduler
  private let model: ScriptedModel
  private var asked: [Int: CompletionRequest] = [:]
  private var answers: [SequenceID: [Int]] = [:]
  private var texts: [SequenceID: String] = [:]
  private var ended: [SequenceID: FinishReason] = [:]
  private var failed: Set<Int> = []
  private var cancelled: Set<Int> = []
  var stepsAhead: Int { runner.stepsAhead }

  init(seed: UInt64) {
    self.seed = seed
    var random = RandomSource(seed: seed)
    let blockLength = Int.random(in: 1...5, using: &random)
    let longest = Int.random(in: 6...40, using: &random)
    var limits = RunnerLimits(
      contextLength: longest, blockLength: blockLength,
      blockCount: Int.random(in: 2...(3 * longest / blockLength + 2), using: &random),
      sequences: Int.random(in: 1...5, using: &random), stepTokens: Int.random(in: 1...12, using: &random),
      promptStepTokens: Int.random(in: 1...30, using: &random),
      sharesBlocks: Int.random(in: 0..<5, using: &random) > 0,
      takesDrafts: Bool.random(using: &random))
    if Bool.random(using: &random) { limits.prefixFolder = "kept" }
    self.limits = limits
    model = .hashing(vocabulary: Int.random(in: 3...24, using: &random))
    runner = ScriptedRunner(model, limits: limits)
    var options = Scheduler.Options()
    options.patience = Int.random(in: 1...4, using: &random)
    scheduler = Scheduler(limits: limits, options: options) { _ in NumberText() }
    scheduler.isKept = { [runner] in runner.kept[$0] != nil }
    if Bool.random(using: &random) {
      var own = RandomSource(seed: seed &+ 1)
      runner.defers = { _ in Int.random(in: 0..<6, using: &own) == 0 }
    }
    self.random = random
  }

  mutating func run() throws {
    var left = Int.random(in: 1...8, using: &random)
    let isRough = Bool.random(using: &random)
    var steps = 0
    while left > 0 || !scheduler.isIdle {
      if left > 0, scheduler.isIdle || Int.random(in: 0..<3, using: &random) == 0 {
        left -= 1
        try ask()
      }
      if isRough, Int.random(in: 0..<25, using: &random) == 0 { cancelAny() }
      guard let step = scheduler.next() else {
        #expect(scheduler.isIdle, "seed \(seed): nothing to do, but not idle")
        if scheduler.isIdle { continue } else { return }
      }
      steps += 1
      checkBlocks()
      note(scheduler.beginnings(of: step))
      try carryOut(step, isRough)
      checkBlocks()
      guard steps < 5000 else {
        Issue.record("seed \(seed): no end")
        return
      }
    }
    #expect(scheduler.pool.heldCount == 0, "seed \(seed): blocks are left over")
    for (number, request) in asked where !failed.contains(number) && !cancelled.contains(number) {
      for branch in 0..<request.branches { try compare(request, SequenceID(request: number, branch: branch)) }
    }
  }

  private mutating func ask() throws {
    // Few prompts, so that many begin alike.
    let common = (0..<Int.random(in: 0...20, using: &random)).map { $0 % 3 }
    let own = (0..<Int.random(in: 0...6, using: &random)).map { _ in
      Int.random(in: 0..<model.vocabulary, using: &random)
    }
    var options = GenerationOptions()
    options.maxNewTokens = Bool.random(using: &random) ? Int.random(in: 1...20, using: &random) : nil
    options.eosTokenIDs = [0]
    options.minNewTokens = options.maxNewTokens == nil ? Int.random(in: 0...3, using: &random) : nil
    options.seed = random.next()
    if Bool.random(using: &random) {
      options.doSample = true
      options.temperature = 2
      options.repetitionPenalty = 1.1
    }
    if Int.random(in: 0..<4, using: &random) == 0 { options.stopStrings = ["1.2", "2.1."] }
    var request = CompletionRequest(prompt: common + own, config: try GenerationConfig(options))
    request.branches = Int.random(in: 1...3, using: &random)
    request.priority = Int.random(in: 0...1, using: &random)
    do {
      asked[try scheduler.admit(request, seed: 1)] = request
    } catch {
      let needed = request.prompt.count + max(1, request.config.minNewTokens) - 1
      #expect(request.prompt.isEmpty || needed > limits.longestSequence, "seed \(seed): \(error.message)")
    }
  }

  private mutating func cancelAny() {
    guard let number = asked.keys.sorted().randomElement(using: &random) else { return }
    // What has ended cannot be cancelled; asking for it must do no harm.
    if ended[SequenceID(request: number)] == nil { cancelled.insert(number) }
    if (0..<(asked[number]?.branches ?? 0)).contains(where: {
      ended[SequenceID(request: number, branch: $0)] == nil
    }) {
      cancelled.insert(number)
    }
    scheduler.cancel(request: number)
  }

  private mutating func carryOut(_ step: Step, _ isRough: Bool) throws {
    let fate = isRough ? Int.random(in: 0..<30, using: &random) : 30
    // Requests may go while the device computes.
    if fate == 0 { cancelAny() }
    if fate == 1 {
      runner.recover()
      note(scheduler.runnerLost())
    } else if fate == 2 {
      #expect(throws: CancellationError.self) { try runner.run(step, isCancelled: { true }) }
      scheduler.abandoned()
    } else {
      let sampled = try runner.run(step, isCancelled: { false })
      note(scheduler.completed(step, sampled))
      // What it expects may be wrong: requests come and go.
      if Bool.random(using: &random) { runner.runAhead(of: step, sampled, next: { nil }) }
    }
  }

  private mutating func note(_ events: [SchedulerEvent]) {
    for event in events {
      switch event {
      case .started(let request): #expect(asked[request] != nil)
      case .prefill(_, let done, let total, let cached): #expect(cached <= done && done <= total)
      case .text(let id, let text, let tokens, _):
        #expect(ended[id] == nil && !cancelled.contains(id.request), "seed \(seed): a voice from beyond")
        answers[id, default: []] += tokens
        texts[id, default: ""] += text
      case .finished(let id, let reason, _, _, _, let generated):
        #expect(ended.updateValue(reason, forKey: id) == nil, "seed \(seed): ended twice")
        #expect(generated == answers[id]?.count)
      case .failed(let request, let failure):
        #expect(failure.code == .runnerLost && failed.insert(request).inserted, "seed \(seed)")
      }
    }
  }

  /// Every block is held as often as sequences hold it.
  private func checkBlocks() {
    var holders: [BlockID: Int] = [:]
    for blocks in scheduler.holdings {
      #expect(Set(blocks).count == blocks.count, "seed \(seed): a block twice in one sequence")
      for block in blocks { holders[block, default: 0] += 1 }
    }
    for block in 0..<limits.blockCount where scheduler.pool.holders(of: block) != holders[block] ?? 0 {
      Issue.record("seed \(seed): block \(block) is held \(scheduler.pool.holders(of: block)) times")
    }
  }

  /// What the model says without any cache, scheduler or company.
  private func compare(_ request: CompletionRequest, _ id: SequenceID) throws {
    let setup = SequenceSetup(
      id: id, tokens: request.prompt, promptCount: request.prompt.count, config: request.config,
      seed: (request.config.seed ?? 0) &+ UInt64(id.branch))
    var chooser = try TokenChooser(setup, makeMatcher: nil)
    var assembler = IncrementalDetokenizer(NumberText(), stopStrings: request.config.stopStrings)
    var tokens = request.prompt
    var text = ""
    var reason = FinishReason.length
    while tokens.count <= limits.longestSequence,
      tokens.count - request.prompt.count < request.config.maxNewTokens ?? .max
    {
      var logits = model.logits(tokens, request.prompt.count)
      let token = try logits.withUnsafeMutableBufferPointer { try chooser.choose($0).token }
      tokens.append(token)
      if token == 0 {
        reason = .stop
        break
      }
      let outcome = assembler.append(token)
      text += outcome.text
      if outcome.stop != nil {
        reason = .stopString
        break
      }
    }
    if reason != .stopString { text += assembler.finish() }
    #expect(answers[id] == Array(tokens.dropFirst(request.prompt.count)), "seed \(seed), \(id)")
    #expect(texts[id] == text && ended[id] == reason, "seed \(seed), \(id)")
  }
}
