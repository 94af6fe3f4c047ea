import Generation
import Synchronization

/// The events of a completion, and a nil several times a second between them, so that whoever waits for the next event can
/// look whether it is still wanted. Whoever stops listening cancels.
final class PulsedEvents: Sendable {
  /// Events and nils.
  let stream: AsyncThrowingStream<CompletionEvent?, any Error>
  private let isAwaited = Atomic(true)

  private static let interval = Duration.milliseconds(20)

  init(_ events: AsyncThrowingStream<CompletionEvent, any Error>) {
    let (stream, continuation) = AsyncThrowingStream<CompletionEvent?, any Error>.makeStream()
    self.stream = stream
    let forwarding = Task {
      do {
        for try await event in events { continuation.yield(event) }
        continuation.finish()
      } catch {
        continuation.finish(throwing: error)
      }
    }
    let pulse = Task { [weak self] in
      while !Task.isCancelled {
        try? await Task.sleep(for: Self.interval)
        guard let self else { return }
        // One that was not seen yet is enough, however long a pager keeps its reader waiting.
        if isAwaited.exchange(false, ordering: .relaxed) { continuation.yield(nil) }
      }
    }
    continuation.onTermination = { _ in
      forwarding.cancel()
      pulse.cancel()
    }
  }

  /// A nil was seen; another one may come.
  func takePulse() { isAwaited.store(true, ordering: .relaxed) }
}
