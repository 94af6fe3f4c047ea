import Hub

/// Words for what goes wrong during a download. Several ranges of a file meet the same trouble at once, which is told
/// once.
package struct DownloadNotes {
  private var reason: String?
  private var end = ContinuousClock.now

  /// Nothing was told yet.
  package init() {}

  /// The note that is due at `now`; nil where there is nothing new to say.
  package mutating func note(_ event: HubEvent, now: ContinuousClock.Instant = .now) -> String? {
    switch event {
    case .waiting(let duration, let reason):
      guard reason != self.reason || now >= end else { return nil }
      (self.reason, end) = (reason, now + duration)
      return duration > .zero ? "\(reason); next attempt in \(Units.time(duration / .seconds(1)))" : reason
    case .again(_, let reason): return "\(reason); it is fetched once more"
    case .progress, .ready: return nil
    }
  }
}
