import Hummingbird
import Logging
import NIOCore
import Synchronization

/// What belongs to one request: its connection, and what the access log will say of it.
struct ServingContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The connection, or the stream of an HTTP/2 connection.
  let channel: any Channel
  /// What is noted about the request.
  let record: RequestRecord

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    channel = source.channel
    record = RequestRecord()
  }

  /// Runs `body`, which is cancelled when the client leaves.
  func whilePresent<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let presence = try await ClientPresence.of(channel)
    let task = Task { try await body() }
    let watch = presence?.watch { task.cancel() }
    defer { if let watch { presence?.unwatch(watch) } }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }
}

/// What the access log says of a request; filled in as it becomes known.
final class RequestRecord: Sendable {
  /// What is known.
  struct Notes: Sendable {
    var id = ""
    var model: String?
    var promptTokens: Int?
    var cachedTokens: Int?
    var generatedTokens: Int?
    var finishReason: String?
    var error: String?
  }

  /// When the request came.
  let start = ContinuousClock.now
  private let notes = Mutex(Notes())

  /// Changes what is known.
  func note(_ change: (inout Notes) -> Void) { notes.withLock { change(&$0) } }

  /// What is known now.
  var current: Notes { notes.withLock { $0 } }

  /// The seconds since it came.
  var seconds: Double { start.duration(to: .now) / .seconds(1) }
}
