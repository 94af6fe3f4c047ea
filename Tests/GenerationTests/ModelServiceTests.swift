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
