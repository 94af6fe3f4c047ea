// Dispatch does not say yet that its signal sources may be shared.
@preconcurrency import Dispatch
import Foundation
import Synchronization

/// Raised by the first Ctrl-C or SIGTERM, so that work can stop where it is whole; a second one ends the program.
final class InterruptionFlag: Sendable {
  private let raised = Atomic<Bool>(false)
  private let action = Mutex<(@Sendable () -> Void)?>(nil)
  private let sources: [any DispatchSourceSignal]

  /// Begins to listen; the signals' usual effect is off from now on.
  init() {
    // A queue of its own always gets a thread, even if all of the pool's wait.
    let queue = DispatchQueue(label: "interruption")
    let flagged = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: queue)
    }
    sources = flagged
    for source in flagged {
      source.setEventHandler { [self] in
        if raised.exchange(true, ordering: .relaxed) { Foundation.exit(ExitStatus.interrupted.rawValue) }
        action.withLock { $0 }?()
      }
      source.resume()
    }
  }

  deinit { sources.forEach { $0.cancel() } }

  /// Does something else besides when a signal comes: ends what work waits for.
  func whenRaised(_ body: @escaping @Sendable () -> Void) { action.withLock { $0 = body } }

  /// Whether a signal has come.
  var isRaised: Bool { raised.load(ordering: .relaxed) }
}
