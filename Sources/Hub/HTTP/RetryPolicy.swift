/// How often and how patiently a request is repeated.
package struct RetryPolicy: Sendable, Equatable {
  /// Attempts in a row that bring nothing before the work is given up.
  package var attempts: Int
  /// The wait after the first failure; each further one doubles it.
  package var firstWait: Duration
  /// The longest wait that we choose ourselves.
  package var longestWait: Duration
  /// The longest wait that a server may ask for.
  package var longestRetryAfter: Duration

  /// The defaults give up after about a minute without any progress, and wait through a rate limit of five minutes.
  package init(
    attempts: Int = 6, firstWait: Duration = .seconds(1), longestWait: Duration = .seconds(30),
    longestRetryAfter: Duration = .seconds(310)
  ) {
    self.attempts = attempts
    self.firstWait = firstWait
    self.longestWait = longestWait
    self.longestRetryAfter = longestRetryAfter
  }
}

/// What made an attempt fail.
package enum AttemptFailure: Sendable, Equatable {
  /// The connection could not be made, or broke.
  case connection(String)
  /// The server answered with this status, and asked for this wait.
  case status(Int, retryAfter: Duration?)
  /// An address that the hub had handed out is no longer good.
  case staleLocation(Int)
}

/// What to do after a failed attempt.
package enum RetryDecision: Sendable, Equatable {
  /// Try again after this wait.
  case wait(Duration)
  /// Enough attempts brought nothing.
  case giveUp
  /// The server wants a longer wait than the policy allows.
  case tooLong(Duration)
  /// Trying again would not help.
  case permanent
}

/// Decides about repetitions. Pure: no clock, no random source, no socket.
package struct RetryMachine: Sendable {
  package let policy: RetryPolicy
  /// Failures since the last progress.
  package private(set) var failures = 0
  private var allFailures = 0
  /// A connection that gives a few bytes each time is not waited for without end either.
  private static let allFailuresLimit = 300

  package init(_ policy: RetryPolicy) { self.policy = policy }

  /// Some bytes arrived: the server is alive, and counting starts anew.
  package mutating func progressed() { failures = 0 }

  /// Records a failure.
  /// - Parameter random: a number in 0..<1, which spreads many clients' repetitions over time.
  package mutating func failed(_ failure: AttemptFailure, random: Double) -> RetryDecision {
    failures += 1
    allFailures += 1
    if allFailures >= Self.allFailuresLimit { return .giveUp }
    var asked: Duration?
    switch failure {
    case .connection: break
    case .staleLocation:
      // A fresh address is asked for at once, but not for ever.
      return failures >= policy.attempts ? .giveUp : .wait(.zero)
    case .status(let status, let retryAfter):
      guard Self.isTransient(status) else { return .permanent }
      asked = retryAfter
    }
    if let asked, asked > policy.longestRetryAfter { return .tooLong(asked) }
    guard failures < policy.attempts else { return .giveUp }
    // What the server asks for is kept to, plus a little so that not everybody returns in the same instant.
    if let asked { return .wait(asked + policy.firstWait * (0.25 * random)) }
    let doublings = min(failures - 1, 30)
    let bound = min(policy.firstWait * Double(1 << doublings), policy.longestWait)
    return .wait(bound * (0.5 + 0.5 * random))
  }

  /// Whether the same request may succeed later.
  package static func isTransient(_ status: Int) -> Bool {
    status == 408 || status == 425 || status == 429
      || (500...599).contains(status) && status != 501 && status != 505
  }
}
