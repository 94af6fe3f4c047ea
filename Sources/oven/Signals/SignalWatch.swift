import Files
import Synchronization

/// What Ctrl-C and SIGTERM mean to a program that answers: while a model is loaded they end it at once (the cache
/// stays whole whenever that happens); afterwards the first cuts the answer as soon as the device lets go of it, and a
/// second ends the program at once.
final class SignalWatch: Sendable {
  private struct State {
    var isLoading = true
    var isInterrupted = false
    var isTerminated = false
    var cleanUp: (@Sendable () -> Void)?

    /// Takes note of a signal.
    /// - Returns: The code to end the program with, if that is to be done now.
    mutating func note(_ signal: SignalSources.Signal) -> Int32? {
      switch signal {
      case .interruption:
        if isLoading || isInterrupted || isTerminated { return signal.status }
        isInterrupted = true
      case .termination:
        // No answer was given: that is no success.
        if isLoading { return signal.status }
        if isTerminated || isInterrupted { return signal.status }
        isTerminated = true
      }
      return nil
    }
  }

  private final class Shared: Sendable {
    let state = Mutex(State())
  }

  private let shared: Shared
  private let signals: SignalSources

  /// Begins to listen.
  init() {
    let shared = Shared()
    self.shared = shared
    signals = SignalSources { signal in
      guard let status = shared.state.withLock({ $0.note(signal) }) else { return }
      shared.state.withLock(\.cleanUp)?()
      SignalSources.endProgram(status)
    }
  }

  /// Whether an answer is to be cut.
  var shouldStop: Bool { shared.state.withLock { $0.isInterrupted || $0.isTerminated } }
  /// Whether the program is to end.
  var isTerminated: Bool { shared.state.withLock { $0.isTerminated } }

  /// Forgets an earlier Ctrl-C, before the next answer.
  func beginAnswer() {
    shared.state.withLock {
      $0.isLoading = false
      $0.isInterrupted = false
    }
  }

  /// What is to be done before a signal ends the program, for whoever has files that nobody else removes.
  func beforeEnd(_ cleanUp: @escaping @Sendable () -> Void) {
    shared.state.withLock { $0.cleanUp = cleanUp }
  }

  /// Runs `body`, in which signals end the program at once.
  func loading<Result>(_ body: () async throws -> Result) async rethrows -> Result {
    shared.state.withLock { $0.isLoading = true }
    defer { shared.state.withLock { $0.isLoading = false } }
    return try await body()
  }
}
