// Dispatch does not say yet that its signal sources may be shared.
@preconcurrency import Dispatch
import Foundation
import Synchronization

/// What Ctrl-C and SIGTERM mean to a program that answers: while a model is loaded they end it at once (the cache
/// stays whole whenever that happens); afterwards they cut the answer, and a second SIGTERM ends the program.
final class SignalWatch: Sendable {
  private struct State {
    var isLoading = true
    var isInterrupted = false
    var isTerminated = false
  }

  private let state = Mutex(State())
  private let sources: [any DispatchSourceSignal]

  /// Begins to listen; the signals' usual effect is off from now on.
  init() {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: .global())
    }
    for (source, isTermination) in zip(sources, [false, true]) {
      source.setEventHandler { [weak self] in self?.note(isTermination) }
      source.resume()
    }
  }

  deinit { sources.forEach { $0.cancel() } }

  /// Whether an answer is to be cut.
  var shouldStop: Bool { state.withLock { $0.isInterrupted || $0.isTerminated } }
  /// Whether the program is to end, with exit code 0.
  var isTerminated: Bool { state.withLock { $0.isTerminated } }

  /// Forgets an earlier Ctrl-C, before the next answer.
  func beginAnswer() {
    state.withLock {
      $0.isLoading = false
      $0.isInterrupted = false
    }
  }

  /// Runs `body`, in which signals end the program at once.
  func loading<Result>(_ body: () throws -> Result) rethrows -> Result {
    state.withLock { $0.isLoading = true }
    defer { state.withLock { $0.isLoading = false } }
    return try body()
  }

  private func note(_ isTermination: Bool) {
    let endsNow: Int32? = state.withLock { state in
      if state.isLoading { return isTermination ? 0 : ExitStatus.interrupted.rawValue }
      if isTermination, state.isTerminated { return 143 }
      if isTermination { state.isTerminated = true } else { state.isInterrupted = true }
      return nil
    }
    guard let endsNow else { return }
    RawMode.leaveBeforeExit()
    Terminal.error.line()
    // Not exit(): handlers of a device's libraries would wait for its work.
    _exit(endsNow)
  }
}
