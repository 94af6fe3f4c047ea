// Dispatch does not say yet that its signal sources may be shared.
@preconcurrency import Dispatch
import Foundation

/// Listens to Ctrl-C and SIGTERM, whose usual effect is off as long as it lives. One at a time.
final class SignalSources: Sendable {
  /// Which of the two came.
  enum Signal: CaseIterable, Sendable {
    case interruption
    case termination

    /// Its number.
    var number: Int32 { self == .interruption ? SIGINT : SIGTERM }
    /// The exit code of a program that it ended, as shells report it.
    var status: Int32 { 128 + number }
  }

  private let sources: [any DispatchSourceSignal]

  /// - Parameter handler: told each signal, on a thread of its own.
  init(_ handler: @escaping @Sendable (Signal) -> Void) {
    // A queue of its own always gets a thread, even if all of the pool's wait.
    let queue = DispatchQueue(label: "signals")
    sources = Signal.allCases.map { one in
      signal(one.number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: one.number, queue: queue)
      source.setEventHandler { handler(one) }
      source.resume()
      return source
    }
  }

  deinit {
    sources.forEach { $0.cancel() }
    Signal.allCases.forEach { signal($0.number, SIG_DFL) }
  }

  /// Ends the program at once. Not `exit`: handlers of libraries would wait for work that still runs.
  static func endProgram(_ status: Int32) -> Never {
    RawMode.leaveBeforeExit()
    Terminal.error.line()
    _exit(status)
  }
}
