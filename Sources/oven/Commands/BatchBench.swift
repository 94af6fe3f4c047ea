import Generation
import Supervisor
import Tokenization

/// Measures many requests at once, through the scheduler that answers clients.
struct BatchBench {
  let service: ModelService
  let tokenizer: Tokenizer
  let promptTokens: Int
  let generateTokens: Int
  let repetitions: Int

  /// So many requests that come at the same moment and end together.
  func measure(sequences: Int) async throws -> BenchReport.Batch {
    var rates: [Double] = []
    var firsts: [Double] = []
    var outside: [Double] = []
    for repetition in 0...repetitions {
      let start = ContinuousClock.now
      let device = await service.deviceSeconds
      let usages = try await answers(sequences, repetition)
      let seconds = start.duration(to: .now) / .seconds(1)
      // The first one warms up: plugins repack weights and allocate.
      guard repetition > 0 else { continue }
      rates.append(Double(usages.reduce(0) { $0 + $1.generatedTokens }) / seconds)
      firsts.append(usages.map(\.timeToFirstToken).max() ?? 0)
      outside.append(max(0, 1 - (await service.deviceSeconds - device) / seconds))
    }
    return .init(
      sequences: sequences, promptTokens: promptTokens, generatedTokens: generateTokens,
      tokensPerSecond: Spread(values: rates), firstTokenSeconds: Spread(values: firsts),
      overhead: Spread(values: outside))
  }

  private func answers(_ sequences: Int, _ repetition: Int) async throws -> [CompletionUsage] {
    try await withThrowingTaskGroup(of: CompletionUsage.self) { group in
      for sequence in 0..<sequences {
        let request = try request(repetition * sequences + sequence)
        let events = try await service.complete(request)
        group.addTask {
          var last = CompletionUsage()
          for try await event in events { if case .finished(_, _, _, let usage) = event { last = usage } }
          return last
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }

  /// A prompt of ordinary English that begins like no other, so that nothing of it is in the cache.
  private func request(_ number: Int) throws -> CompletionRequest {
    var options = GenerationOptions()
    options.doSample = false
    options.ignoresEOS = true
    options.maxNewTokens = generateTokens
    return CompletionRequest(
      prompt: BenchPrompt(tokenizer).tokens(promptTokens, number: number),
      config: try GenerationConfig(options))
  }
}

/// Prompts of a certain number of tokens.
struct BenchPrompt {
  private let tokenizer: Tokenizer

  init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  /// So many tokens of ordinary English; those of another number begin otherwise.
  func tokens(_ count: Int, number: Int? = nil) -> [Int] {
    let text = "The baker weighs the flour, heats the oven and waits until the loaves are done. "
    let piece = tokenizer.encode(text, addSpecialTokens: false)
    let head = number.map { tokenizer.encode("Loaf \($0 * 7919): ", addSpecialTokens: false) } ?? []
    guard !piece.isEmpty else { return [Int](repeating: 1, count: count) }
    return Array((head + (0..<count).map { piece[$0 % piece.count] }).prefix(count))
  }
}
