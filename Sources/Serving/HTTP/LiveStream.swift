/// What a writer of a stream has to react to.
enum LiveItem<Event: Sendable>: Sendable {
  /// Something is reported.
  case event(Event)
  /// Time has passed; a silent stream may need a sign of life.
  case tick
  /// The answer failed. Nothing follows.
  case failed(any Error)
}

/// Events with ticks between them, which end when the client leaves.
enum LiveStream {
  /// - Parameters:
  ///   - events: What is reported. It is let go, and so cancelled, with the stream that is returned.
  ///   - tick: The time between two ticks.
  static func make<Event: Sendable>(
    _ events: AsyncThrowingStream<Event, any Error>, tick: Duration, presence: ClientPresence?
  ) -> AsyncStream<LiveItem<Event>> {
    AsyncStream { continuation in
      let reader = Task {
        do {
          for try await event in events { continuation.yield(.event(event)) }
        } catch {
          continuation.yield(.failed(error))
        }
        continuation.finish()
      }
      let ticker = Task {
        while true {
          try await Task.sleep(for: tick)
          continuation.yield(.tick)
        }
      }
      let watch = presence?.watch { continuation.finish() }
      continuation.onTermination = { _ in
        reader.cancel()
        ticker.cancel()
        if let watch { presence?.unwatch(watch) }
      }
    }
  }
}
