import Errors
import Files
import Generation

/// A process that was started as a worker and loads its model. What comes of that is heard when somebody asks.
package struct WorkerProcess: Sendable {
  /// How a worker is started.
  package struct Command: Sendable {
    /// The program.
    package var path: String
    /// What makes it a worker on a certain model.
    package var arguments: [String]

    /// A command.
    package init(path: String, arguments: [String]) {
      self.path = path
      self.arguments = arguments
    }
  }

  let command: Command
  let child: ChildProcess
  private let limits: RunnerLimits?

  /// Starts a worker.
  ///
  /// - Parameter limits: What an earlier one had, which this one replaces.
  package init(_ command: Command, limits: RunnerLimits? = nil) throws {
    self.command = command
    self.limits = limits
    do throws(FileError) {
      child = try ChildProcess(command.path, command.arguments)
    } catch {
      throw error.isRefusal
        ? Self.refused(error.reason)
        : SupervisorError(.workerLost, "the worker cannot be started: \(error.message)", advice: Self.mend)
    }
    // Whether it is still there is found out by whoever waits for its answer.
    _ = child.channel.send(try WorkerMessage.begin(limits).frame())
  }

  private static let mend: Wording =
    "Run `\(setting: .doctor)`; with \(setting: .inProcess) a debugger sees where it happens."

  private static func refused(_ reason: String) -> SupervisorError {
    SupervisorError(
      .outOfThreads, "no process can be begun that computes: \(reason)",
      mend: "Raise the limit (ulimit -u), or end other programs.")
  }

  /// Waits until the model is loaded.
  ///
  /// - Parameter report: Told how that goes.
  /// - Throws: What loading has thrown there; `.workerLost` where the process has ended.
  func ready(_ report: (LoadEvent) -> Void) throws -> RunnerFacts {
    while true {
      // Compiling takes as long as it takes; a worker that dies meanwhile is noticed.
      guard case .frame(let frame) = child.channel.receive() else {
        let ending = child.end()
        if ChildProcess.isRefusal(ending) { throw Self.refused("the system gives no more threads") }
        if SupervisorError.tellsOfMemory(child.lastWords) {
          throw SupervisorError.outOfMemory("the worker could not load the model: there is not enough memory")
        }
        throw SupervisorError(.workerLost, words(ending), advice: Self.mend)
      }
      switch try WorkerMessage(frame) {
      case .loading(let event): report(event)
      case .ready(let facts):
        guard limits == nil || facts.limits == limits else {
          throw SupervisorError(
            .workerLost, "the worker came back with other limits than before: \(facts.limits)")
        }
        return facts
      case .failed(let failure): throw failure.error
      default: throw SupervisorError(.workerLost, "the worker began with the wrong word", advice: Self.mend)
      }
    }
  }

  /// The error of a worker that has gone within a step.
  func lost() -> SupervisorError { SupervisorError(.workerLost, words(child.end())) }

  private func words(_ ending: String) -> String {
    let lines = child.lastWords.split(separator: "\n")
    // What stopped it says more than the list of calls that follows.
    let first = lines.firstIndex { $0.hasPrefix("Fatal error") || $0.contains(": Fatal error") }
    let words = (first.map { lines[$0...$0] } ?? lines.suffix(3)).joined(separator: " / ")
    return "the worker ended by \(ending)" + (words.isEmpty ? "" : "; its last words: \(words)")
  }
}
