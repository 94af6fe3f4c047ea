#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The computer's clock.
package enum LocalClock {
  /// Seconds since 1970.
  package static func now() -> Int { time(nil) }

  /// The date and the time of day, in the computer's zone.
  package struct Moment: Sendable {
    /// The month and the day count from 1.
    package var year, month, day, hour, minute, second: Int
  }

  /// The local time.
  package static func moment() -> Moment {
    var (seconds, parts) = (time(nil), tm())
    localtime_r(&seconds, &parts)
    return Moment(
      year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday),
      hour: Int(parts.tm_hour), minute: Int(parts.tm_min), second: Int(parts.tm_sec))
  }
}
