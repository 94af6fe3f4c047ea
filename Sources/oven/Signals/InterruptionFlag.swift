import Files
import Synchronization

/// Raised by the first Ctrl-C or SIGTERM, so that work can stop where it is whole; a second one ends the program.
final class InterruptionFlag: Sendable {
  private final class State: Sendable {
    let isRaised = Atomic<Bool>(false)
    let action = Mutex<(@Sendable () -> Void)?>(nil)
  }

  private let state: State
  private let signals: SignalSources

  /// Begins to listen.
  init() {
    let state = State()
    self.state = state
    signals = SignalSources { signal in
      if state.isRaised.exchange(true, ordering: .relaxed) { SignalSources.endProgram(signal.status) }
      state.action.withLock { $0 }?()
    }
  }

  /// Does something else besides when a signal comes: ends what work waits for.
  func whenRaised(_ body: @escaping @Sendable () -> Void) { state.action.withLock { $0 = body } }

  /// Whether a signal has come.
  var isRaised: Bool { state.isRaised.load(ordering: .relaxed) }
}
