import Foundation

/// The clock, the waiting and the chance that the client depends on; tests put in their own.
package struct HubTime: Sendable {
  /// Time since any fixed moment; never goes back.
  package var now: @Sendable () -> Duration
  /// Seconds since 1970.
  package var secondsSince1970: @Sendable () -> Int
  /// Waits; throws where the task is cancelled.
  package var sleep: @Sendable (Duration) async throws -> Void
  /// A number in 0..<1.
  package var random: @Sendable () -> Double

  /// Puts a time together.
  package init(
    now: @escaping @Sendable () -> Duration, secondsSince1970: @escaping @Sendable () -> Int,
    sleep: @escaping @Sendable (Duration) async throws -> Void, random: @escaping @Sendable () -> Double
  ) {
    self.now = now
    self.secondsSince1970 = secondsSince1970
    self.sleep = sleep
    self.random = random
  }

  /// The machine's own.
  package static var system: HubTime {
    let start = ContinuousClock.now
    return HubTime(
      now: { start.duration(to: .now) }, secondsSince1970: { Int(Date().timeIntervalSince1970) },
      sleep: { try await Task.sleep(for: $0) }, random: { Double.random(in: 0..<1) })
  }
}
