import Generation
import Synchronization

/// What a scripted model answers.
package struct Script: Sendable {
  /// The whole text.
  package var text: String
  /// The tokens of one event; a token is a byte, so that any character and any tag is cut somewhere.
  package var tokensPerEvent = 3
  /// The time before each event.
  package var delay = Duration.zero
  /// The time before the first event.
  package var silence = Duration.zero
  /// Thrown at once.
  package var refusal: CompletionFailure?
  /// Thrown after the text, instead of an end.
  package var failure: CompletionFailure?
  /// Tokens of the prompt that count as cached.
  package var cachedTokens = 0

  /// An answer.
  package init(_ text: String) { self.text = text }
}

/// A service without a model: tells fixed texts byte by byte, as slowly and as brokenly as it is told to.
package final class ScriptedService: CompletionService {
  package let contextLength: Int
  package let deviceName = "script"
  private let script: @Sendable (CompletionRequest) -> Script

  /// What tests look at.
  package struct Notes: Sendable {
    /// The requests so far.
    package var requests: [CompletionRequest] = []
    /// Requests whose client left before the end.
    package var cancelled = 0
    /// Requests that are being answered.
    package var running = 0
    /// What `status` says of a step that does not end.
    package var stalledFor = 0.0
  }

  private let notes = Mutex(Notes())

  /// - Parameter script: what to answer to a request.
  package init(contextLength: Int = 4096, script: @escaping @Sendable (CompletionRequest) -> Script) {
    self.contextLength = contextLength
    self.script = script
  }

  /// What has happened so far.
  package var current: Notes { notes.withLock { $0 } }

  /// Makes the service look stuck.
  package func stall(for seconds: Double) { notes.withLock { $0.stalledFor = seconds } }

  package func complete(
    _ request: CompletionRequest
  ) async throws -> AsyncThrowingStream<CompletionEvent, any Error> {
    let script = script(request)
    if let refusal = script.refusal { throw refusal }
    notes.withLock { notes in
      notes.requests.append(request)
      notes.running += 1
    }
    let (stream, continuation) = AsyncThrowingStream<CompletionEvent, any Error>.makeStream()
    let work = Task {
      do {
        try await tell(script, request, continuation)
        continuation.finish()
      } catch {
        continuation.finish(throwing: error)
      }
    }
    continuation.onTermination = { [self] reason in
      if case .cancelled = reason { notes.withLock { $0.cancelled += 1 } }
      notes.withLock { $0.running -= 1 }
      work.cancel()
    }
    return stream
  }

  private func tell(
    _ script: Script, _ request: CompletionRequest,
    _ continuation: AsyncThrowingStream<CompletionEvent, any Error>.Continuation
  ) async throws {
    if script.silence > .zero { try await Task.sleep(for: script.silence) }
    continuation.yield(
      .prefill(done: request.prompt.count, total: request.prompt.count, cached: script.cachedTokens))
    for branch in 0..<request.branches { try await tell(script, request, branch, continuation) }
  }

  private func tell(
    _ script: Script, _ request: CompletionRequest, _ branch: Int,
    _ continuation: AsyncThrowingStream<CompletionEvent, any Error>.Continuation
  ) async throws {
    var assembler = IncrementalDetokenizer(ByteStream(), stopStrings: request.config.stopStrings)
    let bytes = Array(script.text.utf8)
    let limit = request.config.maxNewTokens ?? bytes.count
    var usage = CompletionUsage()
    usage.promptTokens = request.prompt.count
    usage.cachedTokens = script.cachedTokens
    usage.timeToFirstToken = 0.001
    usage.totalTime = 0.002
    var (place, stop): (Int, String?) = (0, nil)
    while place < min(limit, bytes.count), stop == nil {
      try Task.checkCancellation()
      if script.delay > .zero { try await Task.sleep(for: script.delay) }
      let tokens = bytes[place..<min(place + script.tokensPerEvent, limit, bytes.count)].map(Int.init)
      place += tokens.count
      var text = ""
      for token in tokens where stop == nil {
        let outcome = assembler.append(token)
        text += outcome.text
        stop = outcome.stop
      }
      continuation.yield(
        .text(branch: branch, text: text, tokens: tokens, logProbabilities: probabilities(tokens, request)))
    }
    if let failure = script.failure { throw failure }
    if stop == nil {
      let rest = assembler.finish()
      if !rest.isEmpty {
        continuation.yield(.text(branch: branch, text: rest, tokens: [], logProbabilities: []))
      }
    }
    let isCut = stop == nil && place < bytes.count
    usage.generatedTokens = place + (stop == nil && !isCut ? 1 : 0)
    continuation.yield(
      .finished(
        branch: branch, reason: stop != nil ? .stopString : isCut ? .length : .stop, stopString: stop,
        usage: usage))
  }

  private func probabilities(_ tokens: [Int], _ request: CompletionRequest) -> [TokenLogProbability] {
    guard let count = request.topLogProbabilities else { return [] }
    return tokens.map { token in
      TokenLogProbability(
        token: token, logProbability: -0.25,
        top: (0..<count).map { .init(token: (token + $0) % 256, logProbability: -0.25 - Float($0)) })
    }
  }

  package func status() async -> ServiceStatus {
    notes.withLock { notes in
      var status = ServiceStatus()
      status.running = notes.running
      status.stalledFor = notes.stalledFor
      status.prefixHits = 7
      return status
    }
  }

  package func drain() async {}
}

/// Bytes to text, whole characters only.
private struct ByteStream: TokenTextStream {
  private var held: [UInt8] = []

  mutating func append(_ id: Int) -> String {
    held.append(UInt8(truncatingIfNeeded: id))
    guard let text = String(validating: held, as: UTF8.self) else { return "" }
    held = []
    return text
  }

  mutating func finish() -> String {
    defer { held = [] }
    return String(decoding: held, as: UTF8.self)
  }
}
