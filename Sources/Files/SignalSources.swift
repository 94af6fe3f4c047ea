// Dispatch does not say yet that its signal sources may be shared.
@preconcurrency import Dispatch

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Listens to Ctrl-C and SIGTERM, whose usual effect is off as long as it lives. One at a time.
package final class SignalSources: Sendable {
  /// Which of the two came.
  package enum Signal: CaseIterable, Sendable {
    case interruption
    case termination

    /// Its number.
    package var number: CInt { self == .interruption ? SIGINT : SIGTERM }
    /// The exit code of a program that it ended, as shells report it.
    package var status: CInt { 128 + number }
  }

  private let sources: [any DispatchSourceSignal]

  /// - Parameter handler: told each signal, on a thread of its own.
  package init(_ handler: @escaping @Sendable (Signal) -> Void) {
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

  /// Leaves both to the process that started this one, and that ends it by going away.
  package static func leaveToParent() { Signal.allCases.forEach { signal($0.number, SIG_IGN) } }

  /// Makes writing to a pipe that nobody reads an error, which is handled, and no death.
  package static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
}
