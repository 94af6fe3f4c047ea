import Files
import Generation

/// A runner in a process of its own. What a driver does there, to crash or to hang, ends that process and not this one;
/// `recover` starts another, which finds the compiled model in the cache.
package final class WorkerRunner: ModelRunner {
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

  package let limits: RunnerLimits
  package let deviceName: String
  package let engineName: String
  /// Seconds spent inside the device by all workers.
  package var deviceSeconds: Double { earlierSeconds + workerSeconds }
  private let command: Command
  private let deadline: Double
  private var child: ChildProcess?
  private var earlierSeconds = 0.0
  private var workerSeconds = 0.0

  /// The worker's process, to be ended by tests.
  package var process: Int32? { child?.id }

  /// Starts a worker and waits until it has loaded its model.
  ///
  /// - Parameter deadline: The seconds that a step may take.
  /// - Throws: `SupervisorError` where it does not come up.
  package init(_ command: Command, deadline: Double = 600) throws {
    self.command = command
    self.deadline = deadline
    let (child, facts) = try Self.start(command, limits: nil)
    self.child = child
    limits = facts.limits
    deviceName = facts.deviceName
    engineName = facts.engineName
  }

  private static func start(
    _ command: Command, limits: RunnerLimits?
  ) throws -> (ChildProcess, WorkerMessage.Facts) {
    let child: ChildProcess
    do throws(FileError) {
      child = try ChildProcess(command.path, command.arguments)
    } catch {
      throw Self.lost("the worker cannot be started: \(error.message)")
    }
    guard child.channel.send(try WorkerMessage.begin(limits).frame()) else { throw lost(child) }
    // Compiling takes as long as it takes; a worker that dies meanwhile is noticed.
    guard case .frame(let frame) = child.channel.receive() else { throw lost(child) }
    switch try WorkerMessage(frame) {
    case .ready(let facts):
      guard limits == nil || facts.limits == limits else {
        throw Self.lost("the worker came back with other limits than before: \(facts.limits)")
      }
      return (child, facts)
    case .failed(let failure): throw failure.error
    default: throw Self.lost("the worker began with the wrong word")
    }
  }

  private static func lost(_ what: String) -> SupervisorError {
    SupervisorError(
      .workerLost, what, mend: "Run `oven doctor`; with --in-process a debugger sees where it happens.")
  }

  private static func lost(_ child: ChildProcess) -> SupervisorError {
    let ending = child.end()
    let words = child.lastWords.split(separator: "\n").suffix(3).joined(separator: " / ")
    return Self.lost("the worker ended by \(ending)" + (words.isEmpty ? "" : "; its last words: \(words)"))
  }

  package func run(_ step: Step, isCancelled: @Sendable () -> Bool) throws -> [Sampled] {
    guard let child else { throw Self.lost("there is no worker") }
    guard child.channel.send(try WorkerMessage.step(step).frame()) else { throw Self.lost(child) }
    let start = ContinuousClock.now
    var isStopped = false
    while true {
      switch child.channel.receive(milliseconds: 20) {
      case .nothing:
        if !isStopped, isCancelled() {
          isStopped = true
          _ = child.channel.send(try WorkerMessage.cancel.frame())
        }
        if start.duration(to: .now) / .seconds(1) > deadline {
          child.end()
          throw Self.lost("the worker did not finish a step within \(Int(deadline)) s")
        }
      case .ended: throw Self.lost(child)
      case .frame(let frame):
        switch try WorkerMessage(frame) {
        case .sampled(let sampled, let seconds):
          workerSeconds = seconds
          return sampled
        case .cancelled: throw CancellationError()
        case .failed(let failure): throw failure.error
        default: throw Self.lost("the worker spoke out of turn")
        }
      }
    }
  }

  package func recover() throws {
    child?.end()
    child = nil
    earlierSeconds += workerSeconds
    workerSeconds = 0
    child = try Self.start(command, limits: limits).0
  }
}
