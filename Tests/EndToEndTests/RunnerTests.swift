import Foundation
import Generation
import JSON
import Supervisor
import Testing

/// Many sequences at once on a device, against what transformers says of each by itself.
@Suite struct RunnerTests {
  /// How a service is short of something.
  enum Want: CaseIterable, Sendable {
    /// Room for everything at once.
    case nothing
    /// Two sequences hold all blocks, and prompts come in pieces of a few tokens.
    case room

    var limits: RunnerLimits {
      switch self {
      case .nothing:
        RunnerLimits(contextLength: 120, blockLength: 32, blockCount: 40, sequences: 8, stepTokens: 256)
      case .room:
        RunnerLimits(contextLength: 120, blockLength: 32, blockCount: 7, sequences: 4, stepTokens: 7)
      }
    }
  }

  private func service(
    _ family: String, _ engine: EngineChoice, _ limits: RunnerLimits? = nil, in folder: TemporaryFolder
  ) async throws -> ModelService {
    var request = TinyBake.request(try TinyBake.bake(family, prompt: nil, in: folder))
    request.usesFixedShapes = false
    request.engine = engine
    let model = try TinyBake.loader().loadRunnable(request)
    return try await ModelService(makeStream: { _ in Numbers() }) {
      var options = PagedRunner.Options()
      options.contextLength = 120
      options.limits = limits
      return try model.makeRunner(options)
    }
  }

  private func request(_ prompt: [Int], _ count: Int) throws -> CompletionRequest {
    var options = GenerationOptions()
    options.maxNewTokens = count
    options.ignoresEOS = true
    return CompletionRequest(prompt: prompt, config: try GenerationConfig(options))
  }

  /// The tokens of each branch.
  private func tokens(_ service: ModelService, _ request: CompletionRequest) async throws -> [Int: [Int]] {
    var tokens: [Int: [Int]] = [:]
    for try await event in try await service.complete(request) {
      if case .text(let branch, _, let new, _) = event { tokens[branch, default: []] += new }
    }
    return tokens
  }

  private func expectTogether(
    _ service: ModelService, _ text: [Int], from starts: [Int], to end: Int
  ) async throws {
    try await withThrowingTaskGroup(of: (Int, [Int]?).self) { group in
      for start in starts {
        let request = try request(Array(text[..<start]), end - start)
        group.addTask { (start, try await self.tokens(service, request)[0]) }
      }
      for try await (start, tokens) in group {
        #expect(tokens == Array(text[start..<end]), "after \(start) tokens")
      }
    }
  }

  private func longText(_ family: String) throws -> [Int] {
    let bytes = try Data(contentsOf: TinyBake.fixtures.appending(path: "long_greedy.json"))
    let greedy = try JSON(parsing: Array(bytes))[family]?["tokens"]?.array?.compactMap(\.int)
    return try TinyBake.reference(family).tokens + #require(greedy)
  }

  @Test(arguments: PagedEngineTests.families, Want.allCases)
  func eachOneGoesOnAsTransformersDoes(family: String, want: Want) async throws {
    let folder = try TemporaryFolder()
    let text = try longText(family)
    let service = try await service(family, .paged, want.limits, in: folder)
    #expect(service.engineName == "paged" && service.contextLength == 120)
    try await expectTogether(service, text, from: [21, 40, 33, 64, 21, 90, 65], to: 100)
    let status = await service.status()
    #expect((status.preemptions > 0) == (want == .room))
    // Whole blocks of what has been are known.
    try await expectTogether(service, text, from: [70], to: 100)
    #expect(await service.status().prefixHits >= status.prefixHits + 64)
    #expect(await service.status().cacheUsage == 0)
  }

  /// A step that names blocks that are not there, or too few, is refused before anything is written; the next one is
  /// computed as if nothing had been.
  @Test func blocksThatAreNotThereAreRefused() throws {
    let folder = try TemporaryFolder()
    let text = try TinyBake.reference("llama").tokens
    var request = TinyBake.request(try TinyBake.bake("llama", prompt: nil, format: .int8, in: folder))
    request.usesFixedShapes = false
    request.engine = .paged
    // Our own attention: other precisions are the plugin's, which trusts its inputs.
    request.properties = [:]
    request.precision = .fast
    request.cpuKernels = .oven
    var options = PagedRunner.Options()
    options.contextLength = 64
    let runner = try TinyBake.loader().loadRunnable(request).makeRunner(options)
    let id = SequenceID(request: 0)
    func sampled(_ number: Int, blocks: [BlockID], position: Int = 0) throws -> [Int] {
      var step = Step(number: number)
      if number == 0 {
        step.begun = [
          SequenceSetup(
            id: id, tokens: text, promptCount: text.count, config: try self.request(text, 9).config, seed: 0)
        ]
      }
      step.rows = [.init(id: id, tokens: text, position: position, blocks: blocks, samples: true)]
      return try runner.run(step, isCancelled: { false }).flatMap(\.tokens)
    }
    let expected = try sampled(0, blocks: [1])
    for (blocks, position) in [([1 << 20], 0), ([-1], 0), ([], 0), ([1], 32), ([1, 1 << 20], 32)] {
      #expect(throws: SupervisorError.self, "\(blocks), \(position)") {
        try sampled(1, blocks: blocks, position: position)
      }
    }
    #expect(try sampled(2, blocks: [1]) == expected && !expected.isEmpty)
  }

  /// What a runner computes before it is asked for is what is asked for, and harms nobody where it is not.
  @Test func aRunnerGoesAhead() throws {
    let folder = try TemporaryFolder()
    let text = try longText("llama")
    var request = TinyBake.request(try TinyBake.bake("llama", prompt: nil, in: folder))
    request.usesFixedShapes = false
    request.engine = .paged
    var options = PagedRunner.Options()
    options.limits = RunnerLimits(
      contextLength: 120, blockLength: 32, blockCount: 40, sequences: 8, stepTokens: 256, takesDrafts: true)
    let runner = try #require(
      try TinyBake.loader().loadRunnable(request).makeRunner(options) as? PagedRunner)
    var schedulerOptions = Scheduler.Options()
    schedulerOptions.guessesFromText = false
    let scheduler = Scheduler(limits: runner.limits, options: schedulerOptions) { _ in Numbers() }
    var tokens: [Int: [Int]] = [:]
    let starts = [21, 40, 33]
    for (number, start) in starts.enumerated() {
      _ = try scheduler.admit(try self.request(Array(text[..<start]), 60 - number * 20), seed: 0)
    }
    while let step = scheduler.next() {
      let sampled = try runner.run(step, isCancelled: { false })
      for case .text(let id, _, let new, _) in scheduler.completed(step, sampled) {
        tokens[id.request, default: []] += new
      }
      // Now and then another request comes, of which the runner knows nothing.
      if step.number == 30 {
        _ = try scheduler.admit(try self.request(Array(text[..<25]), 20), seed: 0)
      }
      runner.runAhead(of: step, sampled, next: { nil })
    }
    for (number, start) in (starts + [25]).enumerated() {
      #expect(tokens[number] == Array(text[start..<(start + [60, 40, 20, 20][number])]))
    }
    #expect(runner.stepsAhead > 40)
  }

  @Test func branchesAndGuessesChangeNothing() async throws {
    let folder = try TemporaryFolder()
    let text = try longText("llama")
    var limits = Want.nothing.limits
    limits.takesDrafts = true
    let service = try await service("llama", .paged, limits, in: folder)
    var request = try request(Array(text[..<40]), 60)
    request.branches = 2
    let tokens = try await tokens(service, request)
    #expect(tokens == [0: Array(text[40..<100]), 1: Array(text[40..<100])])
  }

  /// Recurrent states cannot be shared or taken back, but each sequence has its own.
  @Test(arguments: ["qwen3_5", "falcon-h1"]) func recurrentStatesStayApart(family: String) async throws {
    let folder = try TemporaryFolder()
    let reference = try TinyBake.reference(family)
    let text = reference.tokens + reference.greedy
    let service = try await service(family, .paged, in: folder)
    try await expectTogether(service, text, from: [21, 25, 21, 30], to: 33)
    #expect(await service.status().prefixHits == 0)
  }

  @Test func enginesOfOneSequenceTakeTurns() async throws {
    let folder = try TemporaryFolder()
    let text = try longText("llama")
    let service = try await service("llama", .stateful, in: folder)
    #expect(service.engineName == "stateful")
    try await expectTogether(service, text, from: [21, 40, 33], to: 100)
  }
  /// Two graphs of fixed shapes: prompts up to the context's length, one answer at a time.
  @Test func fixedShapesTakeTurns() async throws {
    let folder = try TemporaryFolder()
    let text = try longText("llama")
    let model = try TinyBake.bake("llama", prompt: 48, context: 112, in: folder)
    let runnable = try TinyBake.loader().loadRunnable(TinyBake.request(model))
    let service = try await ModelService(makeStream: { _ in Numbers() }) { try runnable.makeRunner() }
    #expect(service.engineName == runnable.report.engine.rawValue && service.limits.sequences == 1)
    try await expectTogether(service, text, from: [21, 48, 33], to: 100)
    await #expect {
      _ = try await service.complete(request(Array(repeating: 1, count: 113), 4))
    } throws: { error in
      let failure = error as? CompletionFailure
      return failure?.code == .promptTooLong && failure?.contextLength == 112
    }
  }
}
