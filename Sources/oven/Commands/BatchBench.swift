import Generation
import Supervisor
import Tokenization

/// Measures many requests at once, through the scheduler that answers clients.
struct BatchBench {
  private let service: ModelService
  private let prompts: BenchPrompt
  private let promptTokens: Int
  private let generateTokens: Int
  private let repetitions: Int

  init(
    service: ModelService, tokenizer: Tokenizer, promptTokens: Int, generateTokens: Int, repetitions: Int
  ) {
    self.service = service
    prompts = BenchPrompt(tokenizer)
    self.promptTokens = promptTokens
    self.generateTokens = generateTokens
    self.repetitions = repetitions
  }

  /// A service on a model in this process, so that its memory is counted; every token is computed alone.
  static func service(
    of model: RunnableModel, _ options: PagedRunner.Options, _ tokenizer: Tokenizer
  ) async throws -> ModelService {
    var scheduling = Scheduler.Options()
    scheduling.guessesFromText = false
    return try await ModelService(
      options: scheduling, words: { "\($0.withOptions)" },
      makeStream: { tokenizer.makeStream(prompt: $0) },
      makeRunner: { try model.makeRunner(options) })
  }

  /// So many requests that come at the same moment and end together.
  func measure(sequences: Int) async throws -> BenchReport.Batch {
    var rates: [Double] = []
    var firsts: [Double] = []
    var outside: [Double] = []
    for repetition in 0...repetitions {
      // No prompt comes twice, whatever else was measured before.
      let requests = try (0..<sequences).map { sequence in
        let number = sequences * 1000 + repetition * sequences + sequence
        return try request(prompts.tokens(promptTokens, number: number))
      }
      let start = ContinuousClock.now
      let device = await service.deviceSeconds
      let usages = try await answers(requests)
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

  /// A prompt that begins like none before, and then another one with the same `tokens` at its beginning.
  func measure(sharedPrefix tokens: Int) async throws -> BenchReport.SharedPrefix {
    var firsts: [Double] = []
    var seconds: [Double] = []
    let tail = BenchPrompt.tail
    for repetition in 0...repetitions {
      let prompt = prompts.tokens(tokens + 2 * tail, number: 1_000_000 + repetition)
      let first = try await firstToken(Array(prompt[..<(tokens + tail)]))
      let second = try await firstToken(Array(prompt[..<tokens] + prompt[(tokens + tail)...]))
      guard repetition > 0 else { continue }
      firsts.append(first)
      seconds.append(second)
    }
    return .init(tokens: tokens, first: Spread(values: firsts), second: Spread(values: seconds))
  }

  private func firstToken(_ prompt: [Int]) async throws -> Double {
    try await usage(of: service.complete(try request(prompt, 1))).timeToFirstToken
  }

  /// The seconds of the first run, in which plugins lay weights out.
  func warmUp() async throws -> Double {
    let start = ContinuousClock.now
    _ = try await firstToken(prompts.tokens(min(16, promptTokens), number: 1))
    return start.duration(to: .now) / .seconds(1)
  }

  /// Prompts of so many tokens, one after the other.
  func prefill(_ tokens: Int) async throws -> BenchReport.Prefill {
    var seconds: [Double] = []
    for repetition in 0...repetitions {
      let prompt = prompts.tokens(tokens, number: 1000 * tokens + repetition)
      seconds.append(try await firstToken(prompt))
    }
    return .init(tokens: tokens, seconds: Spread(values: Array(seconds.dropFirst())))
  }

  /// Answers, one after the other.
  func decode(after tokens: Int) async throws -> BenchReport.Decode {
    var (rates, outside, generated) = ([Double](), [Double](), 0)
    for repetition in 0...repetitions {
      let prompt = prompts.tokens(tokens, number: 500 + repetition)
      let (start, device) = (ContinuousClock.now, await service.deviceSeconds)
      let usage = try await usage(of: service.complete(try request(prompt)))
      let seconds = start.duration(to: .now) / .seconds(1)
      guard repetition > 0 else { continue }
      generated = usage.generatedTokens
      rates.append(Double(generated - 1) / max(1e-9, usage.totalTime - usage.timeToFirstToken))
      outside.append(max(0, 1 - (await service.deviceSeconds - device) / seconds))
    }
    return .init(
      promptTokens: tokens, generatedTokens: generated, tokensPerSecond: Spread(values: rates),
      overhead: Spread(values: outside))
  }

  /// One prompt with its answer: the tokens a second of both.
  func answer(number: Int) async throws -> (prefill: Double, decode: Double) {
    let prompt = prompts.tokens(promptTokens, number: number)
    let usage = try await usage(of: service.complete(try request(prompt)))
    return (
      Double(usage.promptTokens - usage.cachedTokens) / max(1e-9, usage.timeToFirstToken),
      Double(usage.generatedTokens - 1) / max(1e-9, usage.totalTime - usage.timeToFirstToken)
    )
  }

  private func usage(
    of events: AsyncThrowingStream<CompletionEvent, any Error>
  ) async throws -> CompletionUsage {
    var last = CompletionUsage()
    for try await event in events { if case .finished(_, _, _, let usage) = event { last = usage } }
    return last
  }

  private func answers(_ requests: [CompletionRequest]) async throws -> [CompletionUsage] {
    try await withThrowingTaskGroup(of: CompletionUsage.self) { group in
      for request in requests {
        let events = try await service.complete(request)
        group.addTask { try await usage(of: events) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }

  private func request(_ prompt: [Int], _ tokens: Int? = nil) throws -> CompletionRequest {
    var options = GenerationOptions()
    options.doSample = false
    options.ignoresEOS = true
    options.maxNewTokens = tokens ?? generateTokens
    return CompletionRequest(prompt: prompt, config: try GenerationConfig(options))
  }
}

/// Prompts of a certain number of tokens.
struct BenchPrompt {
  private let tokenizer: Tokenizer
  private let text: [Int]
  /// The tokens of a question after a text that many share.
  static let tail = 24

  init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    text = tokenizer.encode(ReferenceText.text, addSpecialTokens: false)
  }

  /// So many tokens of ordinary English that seldom repeats itself; those of another number begin otherwise, so that
  /// nothing of them is in the cache.
  func tokens(_ count: Int, number: Int = 0) -> [Int] {
    let head = tokenizer.encode("Loaf \(number * 7919): ", addSpecialTokens: false)
    guard !text.isEmpty else { return [Int](repeating: 1, count: count) }
    let start = number * 61
    return Array((head + (0..<count).map { text[(start + $0) % text.count] }).prefix(count))
  }
}
