import Dispatch
import Files
import Generation
import Synchronization

/// The worker's side: loads a runner and carries out the steps that come through the channel, until it closes.
package final class Worker: Sendable {
  private let channel: ByteChannel
  /// Steps that came, and whether the one that runs is to be stopped.
  private let inbox = Mutex(Inbox())
  private let arrivals = DispatchSemaphore(value: 0)

  private struct Inbox {
    var steps: [Step] = []
    /// Whether the last of them is not needed any more.
    var isCancelled = false
    /// What is to be done before the process ends.
    var atEnd: @Sendable () -> Void = {}
  }

  /// A worker on the channel that its parent left it.
  package init(channel: ByteChannel = ByteChannel(descriptor: ChildProcess.channelDescriptor)) {
    self.channel = channel
  }

  /// Works. Returns when the parent closes the channel.
  ///
  /// - Parameter load: Loads the runner, with these limits if there are any, and tells how that goes.
  package func run(
    _ load: (RunnerLimits?, _ report: @escaping @Sendable (LoadEvent) -> Void) throws -> LoadedRunner
  ) throws {
    guard case .frame(let frame) = channel.receive(), case .begin(let limits) = try WorkerMessage(frame)
    else { return }
    listen()
    let loaded: LoadedRunner
    do {
      loaded = try load(limits) { [self] event in try? send(.loading(event)) }
    } catch {
      return try send(.failed(.init(error)))
    }
    inbox.withLock { $0.atEnd = loaded.runner.atEnd }
    try send(.ready(loaded.facts))
    while let step = nextStep() { try carryOut(step, loaded.runner) }
  }

  private func carryOut(_ step: Step, _ runner: any ModelRunner) throws {
    do {
      let sampled = try runner.run(step) { self.inbox.withLock(\.isCancelled) }
      try send(.sampled(sampled, deviceSeconds: runner.deviceSeconds))
      runner.runAhead(of: step, sampled) { self.inbox.withLock { $0.steps.first } }
    } catch is CancellationError {
      try send(.cancelled)
    } catch {
      try send(.failed(.init(error)))
    }
  }

  private func send(_ message: WorkerMessage) throws { _ = channel.send(try message.frame()) }

  /// The next step; nil at the end.
  private func nextStep() -> Step? {
    arrivals.wait()
    return inbox.withLock { $0.steps.isEmpty ? nil : $0.steps.removeFirst() }
  }

  /// Receives while steps run, so that they can be stopped. A parent that is gone needs nothing any more, neither an answer
  /// nor a model that is being compiled.
  private func listen() {
    DispatchQueue(label: "oven.worker.inbox").async { [self] in
      while case .frame(let frame) = channel.receive(), let message = try? WorkerMessage(frame) {
        switch message {
        case .cancel: inbox.withLock { $0.isCancelled = true }
        case .step(let step):
          inbox.withLock { inbox in
            inbox.steps.append(step)
            inbox.isCancelled = false
          }
          arrivals.signal()
        default: break
        }
      }
      inbox.withLock(\.atEnd)()
      Processes.exitAtOnce(0)
    }
  }
}
