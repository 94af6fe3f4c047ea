import Dispatch
import Generation
import ScriptedModels
import Synchronization
import Testing

@Suite("Service")
struct ModelServiceTests {
  private static let limits = RunnerLimits(
    contextLength: 4000, blockLength: 4, blockCount: 2000, sequences: 4, stepTokens: 16)

  private func request(_ prompt: [Int] = [1, 2, 3], new: Int? = nil) throws -> CompletionRequest {
    var options = GenerationOptions()
    options.maxNewTokens = new
    options.eosTokenIDs = [9]
    return CompletionRequest(prompt: prompt, config: try GenerationConfig(options))
  }

  private func service(
    _ model: ScriptedModel = .answering([4, 5, 6, 9], vocabulary: 10),
    beforeStep: @escaping @Sendable (Step) throws -> Void = { _ in }
  ) async throws -> ModelService {
    try await ModelService(makeStream: { _ in NumberText() }) {
      ScriptedRunner(model, limits: Self.limits, beforeStep: beforeStep)
    }
  }

  @Test func eventsComeInOrder() async throws {
    let service = try await service()
    var text = ""
    var tokens: [Int] = []
    var names: [String] = []
    for try await event in try await service.complete(request()) {
      switch event {
      case .prefill(let done, let total, let cached):
        names.append("prefill")
        #expect(done == 3 && total == 3 && cached == 0)
      case .text(_, let piece, let new, _):
        names.append("text")
        text += piece
        tokens += new
      case .finished(let branch, let reason, _, let usage):
        names.append("finished")
        #expect(branch == 0 && reason == .stop && usage.promptTokens == 3 && usage.generatedTokens == 4)
        #expect(usage.queueTime <= usage.timeToFirstToken && usage.timeToFirstToken <= usage.totalTime)
      }
    }
    #expect(names == ["prefill", "text", "text", "text", "text", "finished"])
    #expect(text == "4.5.6." && tokens == [4, 5, 6, 9])
  }

  @Test func manyAtOnce() async throws {
    let service = try await service()
    try await withThrowingTaskGroup(of: String.self) { group in
      for number in 0..<50 {
        let request = try request([1, number % 7])
        group.addTask {
          var text = ""
          for try await event in try await service.complete(request) {
            if case .text(_, let piece, _, _) = event { text += piece }
          }
          return text
        }
      }
      for try await text in group { #expect(text == "4.5.6.") }
    }
    let status = await service.status()
    #expect(status.running == 0 && status.waiting == 0 && status.cacheUsage == 0 && status.stalledFor == 0)
  }

  @Test func aSlowConstraintKeepsNobodyWaiting() async throws {
    // Compiled when it is let; until then another request comes, is answered and ends.
    let gate = DispatchSemaphore(value: 0)
    let service = try await ModelService(makeStream: { _ in NumberText() }) {
      ScriptedRunner(
        .answering([4, 5, 6, 9], vocabulary: 10), limits: Self.limits,
        makeMatcher: { _ in
          gate.wait()
          return Anything()
        })
    }
    var constrained = try request()
    constrained.constraint = OutputConstraint(.jsonObject)
    let slow = try await service.complete(constrained)
    var quick = ""
    for try await event in try await service.complete(request([2, 2])) {
      if case .text(_, let piece, _, _) = event { quick += piece }
    }
    #expect(quick == "4.5.6.")
    gate.signal()
    var text = ""
    for try await event in slow {
      if case .text(_, let piece, _, _) = event { text += piece }
    }
    #expect(text == "4.5.6.")
  }

  @Test func aConstraintThatCannotBeEnforcedIsRefused() async throws {
    let refusal = CompletionFailure(.badConstraint, "no")
    let service = try await ModelService(makeStream: { _ in NumberText() }) {
      ScriptedRunner(
        .answering([4, 9], vocabulary: 10), limits: Self.limits,
        makeMatcher: { _ throws(CompletionFailure) in throw refusal })
    }
    var constrained = try request()
    constrained.constraint = OutputConstraint(.jsonObject)
    let events = try await service.complete(constrained)
    await #expect(throws: refusal) { for try await _ in events {} }
  }

  @Test func whoStopsListeningCancels() async throws {
    let service = try await service(.answering([4], vocabulary: 10))
    let request = try request()
    let listener = Task {
      for try await event in try await service.complete(request) {
        if case .text = event { return }
      }
    }
    try await listener.value
    await service.drain()
    let status = await service.status()
    #expect(status.running == 0 && status.cacheUsage == 0)
    await #expect(throws: CompletionFailure.self) { try await service.complete(request) }
  }

  @Test func aRunnerThatDiesOnceIsNotNoticed() async throws {
    struct Death: Error {}
    let deaths = Mutex(1)
    let service = try await service { step in
      let dies = deaths.withLock { left in
        defer { if step.number == 2 { left = 0 } }
        return step.number == 2 && left > 0
      }
      if dies { throw Death() }
    }
    var tokens: [Int] = []
    for try await event in try await service.complete(request()) {
      if case .text(_, _, let new, _) = event { tokens += new }
    }
    #expect(tokens == [4, 5, 6, 9])
    #expect(await service.status().restarts == 1)
  }

  @Test func aRunnerThatAlwaysDiesIsReported() async throws {
    struct Death: Error {}
    let service = try await service { _ in throw Death() }
    await #expect {
      for try await _ in try await service.complete(request()) {}
    } throws: {
      ($0 as? CompletionFailure)?.code == .runnerLost
    }
  }
}

/// A constraint that forbids nothing.
private struct Anything: TokenMatcher {
  var mayEnd: Bool { true }
  mutating func mask(_ words: inout [UInt64]) {}
  mutating func accept(_ token: Int) -> Bool { true }
  mutating func rollback(_ count: Int) {}
}
