import Errors
import Files
import Generation

/// A runner in a process of its own. What a driver does there, to crash or to hang, ends that process and not this one;
/// `recover` starts another, which finds the compiled model in the cache.
package final class WorkerRunner: ModelRunner {
  /// What the first worker said of itself; those that replace it are the same.
  package let facts: RunnerFacts
  package var limits: RunnerLimits { facts.limits }
  package var deviceName: String { facts.deviceName }
  package var engineName: String { facts.engineName }
  package var contextAdvice: Wording { facts.contextAdvice }
  /// Seconds spent inside the device by all workers.
  package var deviceSeconds: Double { earlierSeconds + workerSeconds }
  package var peakMemory: Int { worker.map { HostResources.peakMemory(of: $0.child.id) } ?? 0 }
  private let command: WorkerProcess.Command
  private let deadline: Double
  private let report: (LoadEvent) -> Void
  private var worker: WorkerProcess?
  private var earlierSeconds = 0.0
  private var workerSeconds = 0.0

  /// How long is waited for a worker's word before it is asked whether anybody still wants it.
  private static let patience = 0.02

  /// The worker's process, to be ended by tests.
  package var process: Int32? { worker?.child.id }

  /// Waits until a worker has loaded its model.
  ///
  /// - Parameters:
  ///   - deadline: The seconds that a step may take.
  ///   - report: Told how loading goes, of this worker and of those that replace it.
  /// - Throws: `SupervisorError` where it does not come up.
  package init(
    _ worker: WorkerProcess, deadline: Double = 600, report: @escaping (LoadEvent) -> Void = { _ in }
  ) throws {
    command = worker.command
    self.deadline = deadline
    self.report = report
    facts = try worker.ready(report)
    workerSeconds = facts.deviceSeconds
    self.worker = worker
  }

  package func run(_ step: Step, isCancelled: @Sendable () -> Bool) throws -> [Sampled] {
    guard let worker else { throw SupervisorError(.workerLost, "there is no worker") }
    guard worker.child.channel.send(try WorkerMessage.step(step).frame()) else { throw worker.lost() }
    // Counted, and not looked up: a terminal or a lid that stops everything for hours is no hang.
    var waited = 0.0
    var isStopped = false
    while true {
      switch worker.child.channel.receive(milliseconds: Int(Self.patience * 1000)) {
      case .nothing:
        if !isStopped, isCancelled() {
          isStopped = true
          _ = worker.child.channel.send(try WorkerMessage.cancel.frame())
        }
        waited += Self.patience
        if waited > deadline {
          worker.child.end()
          throw SupervisorError(
            .workerLost, "the worker did not finish a step within \(Int(deadline)) s")
        }
      case .ended: throw worker.lost()
      case .frame(let frame):
        switch try WorkerMessage(frame) {
        case .sampled(let sampled, let seconds):
          workerSeconds = seconds
          return sampled
        case .cancelled: throw CancellationError()
        case .failed(let failure): throw failure.error
        default: throw SupervisorError(.workerLost, "the worker spoke out of turn")
        }
      }
    }
  }

  package func recover() throws {
    worker?.child.end()
    worker = nil
    earlierSeconds += workerSeconds
    workerSeconds = 0
    let next = try WorkerProcess(command, limits: limits)
    workerSeconds = try next.ready(report).deviceSeconds
    worker = next
  }
}
