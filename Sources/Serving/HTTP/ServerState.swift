import Synchronization

/// Whether the server takes requests, and how many it is answering.
package final class ServerState: Sendable {
  private struct State {
    var isDraining = false
    var running = 0
    var waiters: [AsyncStream<Void>.Continuation] = []
  }

  private let state = Mutex(State())

  /// Takes requests.
  package init() {}

  /// Whether the server is going down.
  package var isDraining: Bool { state.withLock { $0.isDraining } }

  /// Answers that are being made.
  package var running: Int { state.withLock { $0.running } }

  /// Begins an answer; it lasts as long as somebody holds what is returned.
  ///
  /// - Throws: `ServingError` of code `.unavailable` while the server is going down.
  func begin() throws(ServingError) -> Ticket {
    let isAdmitted = state.withLock { state in
      if !state.isDraining { state.running += 1 }
      return !state.isDraining
    }
    guard isAdmitted else { throw ServingError(.unavailable, "the server is going down") }
    return Ticket(self)
  }

  /// Takes nothing new from now on.
  package func beginDraining() { state.withLock { $0.isDraining = true } }

  /// Returns when nothing is being answered, or when the task is cancelled.
  package func whenIdle() async {
    let (stream, continuation) = AsyncStream<Void>.makeStream()
    let isIdle = state.withLock { state in
      if state.running > 0 { state.waiters.append(continuation) }
      return state.running == 0
    }
    if isIdle { continuation.finish() }
    for await _ in stream {}
  }

  private func end() {
    let waiters = state.withLock { state in
      state.running -= 1
      guard state.running == 0 else { return [AsyncStream<Void>.Continuation]() }
      defer { state.waiters = [] }
      return state.waiters
    }
    waiters.forEach { $0.finish() }
  }

  /// An answer that is being made.
  final class Ticket: Sendable {
    private let owner: ServerState
    fileprivate init(_ owner: ServerState) { self.owner = owner }
    deinit { owner.end() }
  }
}
