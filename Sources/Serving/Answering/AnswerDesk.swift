import Digests
import Generation
import HTTPTypes
import Hummingbird
import NIOCore

/// Answers plans, whole or as streams, for every dialect.
struct AnswerDesk: Sendable {
  let state: ServerState
  let limits: ServingLimits
  let metrics: ServingMetrics

  /// A whole answer. Work ends when the client leaves.
  func whole(_ plan: AnswerPlan, _ lease: ModelLease, _ context: ServingContext) async throws
    -> CollectedAnswer
  {
    let ticket = try state.begin()
    let events = try await start(plan, lease, context)
    let meter = AnswerMeter(metrics, lease.model.name, context.record)
    return try await context.whilePresent {
      defer { withExtendedLifetime((ticket, lease)) {} }
      var meter = meter
      var assembler = AnswerAssembler(plan, makeID: CallID.make)
      var answer = CollectedAnswer(branches: plan.completion.branches)
      for try await event in events {
        meter.note(event)
        for part in assembler.take(event) { answer.take(part) }
      }
      try Task.checkCancellation()
      return answer
    }
  }

  /// A streamed answer. What is refused at once is an error of its own status; what fails later is a frame.
  func stream(
    _ plan: AnswerPlan, _ lease: ModelLease, _ context: ServingContext, as encoder: some AnswerEncoder
  ) async throws -> Response {
    let ticket = try state.begin()
    let events = try await start(plan, lease, context)
    let presence = try await ClientPresence.of(context.channel)
    let meter = AnswerMeter(metrics, lease.model.name, context.record)
    let tick = limits.pingTime
    return Response(
      status: .ok,
      headers: [
        .contentType: type(of: encoder).contentType, .cacheControl: "no-cache", .accelBuffering: "no",
      ],
      body: ResponseBody { writer in
        defer { withExtendedLifetime((ticket, lease)) {} }
        try await Self.write(
          plan, LiveStream.make(events, tick: tick, presence: presence), encoder, meter, &writer)
        try await writer.finish(nil)
      })
  }

  private static func write(
    _ plan: AnswerPlan, _ items: AsyncStream<LiveItem<CompletionEvent>>, _ encoder: some AnswerEncoder,
    _ meter: AnswerMeter,
    _ writer: inout any ResponseBodyWriter
  ) async throws {
    var (encoder, meter) = (encoder, meter)
    var assembler = AnswerAssembler(plan, makeID: CallID.make)
    var isSilent = true
    var isOver = false
    try await writer.write(ByteBuffer(string: encoder.begin()))
    for await item in items {
      var text = ""
      switch item {
      case .event(let event):
        meter.note(event)
        for part in assembler.take(event) { text += encoder.encode(part) }
      case .tick:
        if isSilent, let ping = type(of: encoder).ping { text = ping }
        isSilent = true
      case .failed(let error):
        let error = ServingError(error)
        meter.fail(error)
        text = encoder.fail(error)
        isOver = true
      }
      if !text.isEmpty {
        if case .event = item { isSilent = false }
        try await writer.write(ByteBuffer(string: text))
      }
    }
    if !isOver { try await writer.write(ByteBuffer(string: encoder.end())) }
  }

  private func start(
    _ plan: AnswerPlan, _ lease: ModelLease, _ context: ServingContext
  ) async throws -> AsyncThrowingStream<CompletionEvent, any Error> {
    let count = plan.completion.prompt.count
    context.record.note { notes in
      notes.model = lease.model.name
      notes.promptTokens = count
    }
    // The last place is for the first token of the answer.
    let fits = min(limits.promptTokens ?? .max, lease.model.service.contextLength)
    guard count <= fits else {
      var error = ServingError(
        .promptTooLong, "the prompt has \(count) tokens, and \(fits) fit: shorten it, nothing is cut silently"
      )
      error.promptTokens = count
      error.contextLength = fits
      throw error
    }
    do {
      return try await lease.model.service.complete(plan.completion)
    } catch {
      throw ServingError(error)
    }
  }
}

/// Ids of calls, as OpenAI's and Anthropic's look.
enum CallID {
  static func make() -> String { "call_" + RandomID.text(24) }
}

/// Ids that nobody guesses.
enum RandomID {
  private static let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")

  /// So many random letters and digits.
  static func text(_ count: Int) -> String {
    String((0..<count).map { _ in letters[Int.random(in: letters.indices)] })
  }

  /// So many random bytes, in hexadecimal digits.
  static func hexadecimal(_ bytes: Int) -> String {
    Hex.text(of: (0..<bytes).map { _ in UInt8.random(in: 0 ... .max) })
  }
}

extension HTTPField.Name {
  /// Tells nginx not to hold a stream back.
  static let accelBuffering = Self("x-accel-buffering") ?? .cacheControl
}
