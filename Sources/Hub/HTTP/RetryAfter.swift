/// The wait that a server asks for.
package enum RetryAfter {
  /// Reads `Retry-After` (RFC 9110, 10.2.3: seconds or a date) and, where it is missing, the `t=` of the hub's
  /// `RateLimit` header (draft-ietf-httpapi-ratelimit-headers), which are the seconds until the quota is renewed.
  ///
  /// - Parameter now: seconds since 1970, for the form with a date.
  package static func wait(retryAfter: String?, rateLimit: String?, now: Int) -> Duration? {
    if let text = retryAfter?.trimmingSpace, !text.isEmpty {
      if let seconds = Int(text), seconds >= 0 { return .seconds(seconds) }
      if let date = httpDate(text) { return .seconds(max(0, date - now)) }
    }
    guard let rateLimit else { return nil }
    for part in rateLimit.split(separator: ";") {
      let pair = part.split(separator: "=", maxSplits: 1).map { String($0).trimmingSpace }
      if pair.count == 2, pair[0] == "t", let seconds = Int(pair[1]), seconds >= 0 {
        return .seconds(seconds)
      }
    }
    return nil
  }

  /// Seconds since 1970 of an IMF-fixdate such as `Sun, 06 Nov 1994 08:49:37 GMT`.
  package static func httpDate(_ text: String) -> Int? {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let fields = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == ":" }).map(String.init)
    guard fields.count == 8, fields[7] == "GMT", let month = months.firstIndex(of: fields[2]),
      let day = Int(fields[1]), let year = Int(fields[3]), let hour = Int(fields[4]),
      let minute = Int(fields[5]),
      let second = Int(fields[6]), (1...31).contains(day), (1970...9999).contains(year),
      (0..<24).contains(hour), (0..<60).contains(minute), (0...60).contains(second)
    else { return nil }
    return days(year: year, month: month + 1, day: day) * 86_400 + hour * 3600 + minute * 60 + second
  }

  /// Days from 1970-01-01 in the Gregorian calendar, counting years from March so that the leap day comes last.
  private static func days(year: Int, month: Int, day: Int) -> Int {
    let shifted = month > 2 ? year : year - 1
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
  }
}

extension String {
  /// The text without spaces and tabs at both ends.
  package var trimmingSpace: String {
    var text = Substring(self)
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
