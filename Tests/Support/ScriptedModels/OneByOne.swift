import Generation

/// Answers one request after the other, with a scheduler of its own and whatever runner: as a service does, but on the
/// thread of whoever asks.
package final class OneByOne {
  /// What became of a request.
  package struct Answer {
    /// Its tokens, an end token included.
    package var tokens: [Int] = []
    /// Its text.
    package var text = ""
    /// Why it ended; cancelled if somebody stopped it.
    package var reason = FinishReason.cancelled
    /// Tokens of the prompt that did not have to be computed.
    package var cached = 0
    /// What the runner was given to compute, as far as it said that it had not got it already.
    package var computed: [Int] = []
  }

  private let runner: any ModelRunner
  private let scheduler: Scheduler

  /// One that has answered nothing yet.
  package init(_ runner: any ModelRunner, _ options: Scheduler.Options = .init()) {
    self.runner = runner
    scheduler = Scheduler(limits: runner.limits, options: options) { _ in NumberText() }
  }

  /// Answers.
  ///
  /// - Parameter isCancelled: Asked before every step, and by the runner within them.
  /// - Throws: Why it is not answered: what the runner throws, which is lost then, or a `CompletionFailure`.
  package func answer(
    _ prompt: [Int], _ config: GenerationConfig,
    isCancelled: @escaping @Sendable (_ chosen: Int) -> Bool = { _ in false }
  ) throws -> Answer {
    let number = try scheduler.admit(CompletionRequest(prompt: prompt, config: config), seed: 1)
    var answer = Answer()
    while let step = scheduler.next() {
      let chosen = answer.tokens.count
      guard !isCancelled(chosen) else {
        scheduler.abandoned()
        break
      }
      do {
        let sampled = try runner.run(step, isCancelled: { isCancelled(chosen) })
        for row in step.rows {
          let had = sampled.first { $0.id == row.id }?.reused ?? 0
          answer.computed += row.tokens.dropFirst(max(0, had - row.position))
        }
        try note(scheduler.completed(step, sampled), &answer)
      } catch is CancellationError {
        scheduler.abandoned()
      } catch let failure as CompletionFailure {
        throw failure
      } catch {
        _ = scheduler.runnerLost("\(error)")
        scheduler.cancel(request: number)
        try runner.recover()
        throw error
      }
    }
    scheduler.cancel(request: number)
    return answer
  }

  private func note(_ events: [SchedulerEvent], _ answer: inout Answer) throws {
    for event in events {
      switch event {
      case .started: break
      case .prefill(_, _, _, let cached): answer.cached = cached
      case .text(_, let text, let tokens, _):
        answer.text += text
        answer.tokens += tokens
      case .finished(_, let reason, _, _, let cached, _):
        (answer.reason, answer.cached) = (reason, cached)
      case .failed(_, let failure): throw failure
      }
    }
  }
}
