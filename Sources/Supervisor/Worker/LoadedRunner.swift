import Errors
import Generation

/// What is to be told of a runner, wherever it is.
package struct RunnerFacts: Codable, Sendable {
  /// What it can do at most.
  package let limits: RunnerLimits
  /// The name of the device that computes, as its plugin gives it.
  package let deviceName: String
  /// What keeps the sequences.
  package let engineName: String
  /// How the context could be made longer, as half a sentence.
  package let contextAdvice: Wording
  /// How the model was loaded; nil where there is none.
  package let report: LoadReport?
  /// Seconds of the first runs after the load; 0 where they are left to the first request.
  package let warmUpSeconds: Double
  /// Seconds spent inside the device by then.
  let deviceSeconds: Double

  /// The facts of a runner.
  package init(_ runner: any ModelRunner, report: LoadReport?, warmUpSeconds: Double = 0) {
    limits = runner.limits
    deviceName = runner.deviceName
    engineName = runner.engineName
    contextAdvice = runner.contextAdvice
    deviceSeconds = runner.deviceSeconds
    self.report = report
    self.warmUpSeconds = warmUpSeconds
  }
}

/// A runner with its model.
package struct LoadedRunner {
  /// What computes.
  package let runner: any ModelRunner
  /// What is to be told of it.
  package let facts: RunnerFacts

  /// A runner in this process.
  ///
  /// - Parameter report: How its model was loaded; nil where there is none.
  package init(_ runner: any ModelRunner, report: LoadReport? = nil, warmUpSeconds: Double = 0) {
    self.init(runner, RunnerFacts(runner, report: report, warmUpSeconds: warmUpSeconds))
  }

  /// A runner of which the facts are known already.
  package init(_ runner: any ModelRunner, _ facts: RunnerFacts) {
    self.runner = runner
    self.facts = facts
  }
}
