// Dispatch does not say yet that its signal sources may be shared.
@preconcurrency import Dispatch
import Foundation
import Synchronization

/// Raised by the first Ctrl-C or SIGTERM, so that work can stop where it is whole; a second one ends the program.
final class InterruptionFlag: Sendable {
  private let raised = Atomic<Bool>(false)
  private let sources: [any DispatchSourceSignal]

  /// Begins to listen; the signals' usual effect is off from now on.
  init() {
    let flagged = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: .global())
    }
    sources = flagged
    for source in flagged {
      source.setEventHandler { [self] in
        if raised.exchange(true, ordering: .relaxed) { Foundation.exit(ExitStatus.interrupted.rawValue) }
      }
      source.resume()
    }
  }

  deinit { sources.forEach { $0.cancel() } }

  /// Whether a signal has come.
  var isRaised: Bool { raised.load(ordering: .relaxed) }
}
