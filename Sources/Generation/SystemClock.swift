/// The system's monotonic clock.
package enum SystemClock {
  private static let origin = ContinuousClock.now

  /// Seconds since some moment, never going back.
  package static func seconds() -> Double { origin.duration(to: .now) / .seconds(1) }
}
