import Foundation
import Synchronization

/// Times as the interfaces write them.
enum Clocks {
  /// Whole seconds since 1970.
  static var unixTime: Int { Int(Date.now.timeIntervalSince1970) }

  /// Nanoseconds of a time in seconds, as Ollama counts.
  static func nanoseconds(_ seconds: Double) -> Int { Int((max(0, seconds) * 1e9).rounded()) }

  /// Now, with fractions of a second, as Ollama writes it.
  static var timestamp: String { timestamp(.now) }

  /// A time in seconds since 1970.
  static func timestamp(seconds: Int) -> String { timestamp(Date(timeIntervalSince1970: Double(seconds))) }

  /// A date as RFC 3339 writes it.
  static func timestamp(_ date: Date) -> String {
    date.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true))
  }

  /// The date for a response's head. Made once a second.
  static var httpDate: String {
    let now = unixTime
    return cache.withLock { cache in
      if cache.second != now {
        cache = (now, Date(timeIntervalSince1970: Double(now)).formatted(style))
      }
      return cache.text
    }
  }

  private static let cache = Mutex<(second: Int, text: String)>((0, ""))
  private static let style = Date.VerbatimFormatStyle(
    format:
      "\(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits) GMT",
    locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian))
}
