import ChatTemplates
import Errors
import Generation

/// A loaded model that answers: a service, tokenizer, template and the model's own defaults. Free of the terminal.
package struct Assistant: Sendable {
  /// How conversations become tokens.
  package let format: PromptFormat
  /// What the model's files say.
  package let answerDefaults: AnswerDefaults
  /// What `generation_config.json` says.
  package var defaults: GenerationOptions { answerDefaults.options }
  private let service: any CompletionService
  private let contextAdvice: Wording
  private let npu: NPUBusyTime?
  private let clock: @Sendable () -> Double

  /// - Parameters:
  ///   - service: where the model runs.
  ///   - model: the folder with `generation_config.json` and `config.json`.
  ///   - format: the tokenizer and template.
  ///   - contextAdvice: how the context could be made longer, as half a sentence; empty where the model itself ends there.
  ///   - npu: counts how long the NPU is busy with an answer, where the service computes on one.
  ///   - clock: seconds that never go back.
  /// - Throws: `GenerationError` for a `generation_config.json` that makes no sense.
  package init(
    service: any CompletionService, model: ModelFolder, format: PromptFormat, contextAdvice: Wording = "",
    npu: NPUBusyTime? = nil, clock: @escaping @Sendable () -> Double = { SystemClock.seconds() }
  ) throws {
    self.format = format
    self.service = service
    self.contextAdvice = contextAdvice
    self.npu = npu
    self.clock = clock
    answerDefaults = try AnswerDefaults(folder: model.folder, format: format)
  }

  /// The tokens of a conversation at most.
  package var contextLength: Int { service.contextLength }

  /// Takes the oldest turns out of a conversation until a question, with some room for its answer, fits.
  ///
  /// - Parameter room: tokens for the answer, as far as the context has so many.
  /// - Returns: how many turns were taken out; none where the question does not even fit alone, which `answer` says.
  /// - Throws: what rendering and encoding throw.
  package func makeRoom(
    for question: String, in session: inout ChatSession, room: Int = 256
  ) throws -> Int {
    let limit = min(service.longestPrompt, contextLength - min(room, contextLength / 4))
    var shorter = session
    var dropped = 0
    while true {
      var trial = shorter
      if try trial.ask(question).count <= limit { break }
      guard shorter.dropOldestTurn() else { return 0 }
      dropped += 1
    }
    if dropped > 0 { session = shorter }
    return dropped
  }

  /// Adds a question to a conversation and generates the answer; only what is new is computed.
  ///
  /// A question that was cancelled before its answer began is taken back.
  /// - Parameters:
  ///   - options: what the user asks for on top of the model's defaults.
  ///   - isCancelled: asked after every event and several times a second in between; the answer so far stays in the
  ///     conversation.
  /// - Throws: `GenerationError` for a prompt that does not fit, or a `CompletionFailure`; the question is then taken back.
  package func answer(
    _ question: String, in session: inout ChatSession, options: GenerationOptions,
    isCancelled: () -> Bool = { false }, onEvent: (GenerationEvent) throws -> Void
  ) async throws -> GenerationResult {
    var config = try GenerationConfig(defaults.merged(with: options))
    config.stopStrings += format.stopStrings
    config.eosTokenIDs += format.stopTokens
    let prompt = try session.ask(question)
    do {
      let result = try await generate(prompt, config, isCancelled, onEvent)
      if result.reason == .cancelled, result.tokens.isEmpty {
        _ = session.takeBack()
        return result
      }
      let ended = result.reason == .stop
      session.answer(
        result.text, tokens: ended ? Array(result.tokens.dropLast()) : result.tokens,
        isExact: result.reason != .stopString)
      return result
    } catch {
      _ = session.takeBack()
      throw error
    }
  }

  private func generate(
    _ prompt: [Int], _ config: GenerationConfig, _ isCancelled: () -> Bool,
    _ onEvent: (GenerationEvent) throws -> Void
  ) async throws -> GenerationResult {
    let request = try request(prompt, config)
    let (start, deviceStart, busyStart) = (clock(), await service.deviceSeconds, npu?.seconds)
    let restarts = await service.status().restarts
    var result = GenerationResult(text: "", tokens: [], reason: .cancelled, metrics: .init())
    try onEvent(.prompt(done: 0, total: prompt.count))
    if !isCancelled() {
      try await follow(request, start, &result, isCancelled, onEvent)
      if result.reason == .cancelled { try tellRest(of: &result, request, onEvent) }
    }
    result.metrics.device = service.deviceName
    result.metrics.promptTokens = prompt.count
    result.metrics.totalTime = clock() - start
    result.metrics.deviceTime = await service.deviceSeconds - deviceStart
    if let busyStart, let busy = npu?.seconds { result.metrics.npuBusyTime = max(0, busy - busyStart) }
    let status = await service.status()
    if status.restarts > restarts { result.loss = status.lastLoss }
    return result
  }

  /// A prompt that can be answered, with as many tokens at least as there is room for.
  private func request(
    _ prompt: [Int], _ config: GenerationConfig
  ) throws(GenerationError) -> CompletionRequest {
    guard !prompt.isEmpty else {
      throw GenerationError(.badPrompt, "the prompt has no tokens", mend: "give some text")
    }
    let longest = min(service.longestPrompt, contextLength)
    guard prompt.count <= longest else {
      let advice: Wording = contextAdvice.isEmpty ? "" : "; or \(contextAdvice)"
      throw GenerationError(
        .badPrompt, "the prompt has \(prompt.count) tokens, the context holds \(longest)",
        advice: "shorten the prompt or begin a new conversation\(advice)")
    }
    var request = CompletionRequest(prompt: prompt, config: config)
    request.config.minNewTokens = min(config.minNewTokens, contextLength - prompt.count + 1)
    return request
  }

  /// Takes the answer as it comes, until it ends or is cancelled.
  private func follow(
    _ request: CompletionRequest, _ start: Double, _ result: inout GenerationResult,
    _ isCancelled: () -> Bool, _ onEvent: (GenerationEvent) throws -> Void
  ) async throws {
    let events = PulsedEvents(try await service.complete(request))
    var last = start
    for try await event in events.stream {
      switch event {
      case .prefill(let done, let total, let cached):
        result.metrics.reusedTokens = cached
        try onEvent(.prompt(done: done, total: total))
      case .text(_, let text, let tokens, _):
        let now = clock()
        result.tokens += tokens
        result.metrics.note(tokens: tokens.count, after: now - last)
        last = now
        result.text += text
        if !text.isEmpty { try onEvent(.text(text)) }
      case .finished(_, let reason, _, let usage):
        result.reason = reason
        result.metrics.reusedTokens = usage.cachedTokens
        return
      case nil: events.takePulse()
      }
      if isCancelled() { return }
    }
  }

  /// Gives out what the service held back of an answer that was cancelled, because more might have come.
  private func tellRest(
    of result: inout GenerationResult, _ request: CompletionRequest,
    _ onEvent: (GenerationEvent) throws -> Void
  ) throws {
    var whole = IncrementalDetokenizer(
      format.tokenizer.makeStream(prompt: request.prompt), stopStrings: request.config.stopStrings)
    let text = result.tokens.map { whole.append($0).text }.joined() + whole.finish()
    guard text.utf8.starts(with: result.text.utf8), text.utf8.count > result.text.utf8.count else { return }
    let rest = String(decoding: text.utf8.dropFirst(result.text.utf8.count), as: UTF8.self)
    result.text = text
    try onEvent(.text(rest))
  }
}
