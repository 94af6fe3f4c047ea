#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Processes, as the system numbers them.
package enum Processes {
  /// This one.
  package static var current: Int32 { getpid() }

  /// Whether a process of this number runs.
  package static func isAlive(_ process: Int32) -> Bool { kill(process, 0) == 0 || errno == EPERM }

  /// Ends a process of ours at once, whatever it does.
  package static func end(_ process: Int32) { _ = kill(process, SIGKILL) }

  /// Stops this process and those that share the terminal with it, as Ctrl-Z does, until the shell continues them.
  package static func suspend() {
    // Not `raise`: the thread that asks may be one that takes no signals.
    _ = kill(0, SIGTSTP)
    // Another thread is stopped by it, and this one with it a moment later.
    usleep(100_000)
  }

  /// Ends this process at once, without the handlers of libraries, which would wait for work that still runs.
  package static func exitAtOnce(_ status: Int32) -> Never { _exit(status) }

  /// An environment variable; nil where it is not set.
  package static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// Those of the environment variables that are set.
  package static func variables(_ names: [String]) -> [String: String] {
    var result: [String: String] = [:]
    for name in names { result[name] = variable(name) }
    return result
  }
}
