import Files

/// The local time that `strftime_now` tells.
package struct TemplateTime: Sendable, Equatable {
  package var year: Int
  /// From 1.
  package var month: Int
  /// From 1.
  package var day: Int
  package var hour: Int
  package var minute: Int
  package var second: Int

  /// A time of the Gregorian calendar.
  package init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
  }

  /// The time that the environment variable `OVEN_TEMPLATE_NOW` (ISO 8601) pins, else the computer's local time.
  package static func current() -> TemplateTime {
    if let pinned = Processes.variable("OVEN_TEMPLATE_NOW").flatMap(TemplateTime.init(iso8601:)) {
      return pinned
    }
    return system()
  }

  /// The computer's local time.
  package static func system() -> TemplateTime {
    let now = LocalClock.moment()
    return TemplateTime(
      year: now.year, month: now.month, day: now.day, hour: now.hour, minute: now.minute, second: now.second)
  }

  /// Reads an ISO 8601 time such as `2026-01-14T21:00:00`; the time of day, its fraction and the zone may be
  /// missing, and the zone is not applied: the time is taken as the local one.
  package init?(iso8601 text: String) {
    var fields: [Int] = []
    var digits = ""
    // The sign of a zone comes after the time of day, that of a date between its parts.
    for character in text + " " {
      if character.isASCII, character.isNumber {
        digits.append(character)
        if fields.isEmpty ? digits.count == 4 : digits.count == 2, let field = Int(digits) {
          fields.append(field)
          digits = ""
        }
      } else {
        guard digits.isEmpty else { return nil }
        if fields.count == 6 || character == "Z" || (fields.count > 3 && "+-".contains(character)) { break }
        guard "-:T t".contains(character) else { return nil }
      }
      if fields.count == 6 { break }
    }
    guard fields.count >= 3, digits.isEmpty else { return nil }
    fields += [Int](repeating: 0, count: 6 - fields.count)
    guard (1...12).contains(fields[1]), (1...31).contains(fields[2]), fields[3] < 24, fields[4] < 60,
      fields[5] < 62
    else { return nil }
    self.init(
      year: fields[0], month: fields[1], day: fields[2], hour: fields[3], minute: fields[4], second: fields[5]
    )
  }

  /// Days since 1970-01-01 (Howard Hinnant's `days_from_civil`).
  private var daysSinceEpoch: Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// From Sunday, 0.
  private var weekday: Int { Numbers.modulo(daysSinceEpoch + 4, 7) }

  private var dayOfYear: Int {
    daysSinceEpoch - TemplateTime(year: year, month: 1, day: 1).daysSinceEpoch + 1
  }

  /// The ISO 8601 year and week.
  private var isoWeek: (year: Int, week: Int) {
    let thursday = daysSinceEpoch + 4 - (weekday == 0 ? 7 : weekday)
    var isoYear = year
    func start(_ year: Int) -> Int { TemplateTime(year: year, month: 1, day: 1).daysSinceEpoch }
    if thursday < start(year) { isoYear -= 1 }
    if thursday >= start(year + 1) { isoYear += 1 }
    return (isoYear, (thursday - start(isoYear)) / 7 + 1)
  }

  private static let weekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]
  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November",
    "December",
  ]

  /// The time laid out by a `strftime` format in the C locale, with the flags `-`, `_`, `0`, `^` and `#` of glibc.
  package func formatted(_ format: String) -> String {
    var result = ""
    var scalars = Array(format.unicodeScalars)[...]
    while let scalar = scalars.popFirst() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      var flag: Unicode.Scalar?
      if let next = scalars.first, "-_0^#".unicodeScalars.contains(next) { flag = scalars.popFirst() }
      guard let directive = scalars.popFirst() else { return result + "%" + (flag.map(String.init) ?? "") }
      result += field(directive, flag) ?? "%" + (flag.map(String.init) ?? "") + String(directive)
    }
    return result
  }

  private func field(_ directive: Unicode.Scalar, _ flag: Unicode.Scalar?) -> String? {
    if let (value, width, filler) = number(directive) {
      let digits = String(value)
      if flag == "-" { return digits }
      let fill = flag == "_" ? " " : flag == "0" ? "0" : filler
      return String(repeating: fill, count: max(width - digits.count, 0)) + digits
    }
    guard let text = name(directive) else { return nil }
    if flag == "^" { return text.uppercased() }
    return flag == "#" ? (directive == "p" ? text.lowercased() : text.uppercased()) : text
  }

  private func number(_ directive: Unicode.Scalar) -> (Int, width: Int, filler: String)? {
    let hour12 = hour % 12 == 0 ? 12 : hour % 12
    switch directive {
    case "d": return (day, 2, "0")
    case "e": return (day, 2, " ")
    case "m": return (month, 2, "0")
    case "y": return (Numbers.modulo(year, 100), 2, "0")
    case "Y": return (year, 1, "0")
    case "C": return (year / 100, 2, "0")
    case "H": return (hour, 2, "0")
    case "k": return (hour, 2, " ")
    case "I": return (hour12, 2, "0")
    case "l": return (hour12, 2, " ")
    case "M": return (minute, 2, "0")
    case "S": return (second, 2, "0")
    case "f": return (0, 6, "0")
    case "j": return (dayOfYear, 3, "0")
    case "u": return (weekday == 0 ? 7 : weekday, 1, "0")
    case "w": return (weekday, 1, "0")
    case "U": return ((dayOfYear + 6 - weekday) / 7, 2, "0")
    case "W": return ((dayOfYear + 6 - (weekday + 6) % 7) / 7, 2, "0")
    case "V": return (isoWeek.week, 2, "0")
    case "G": return (isoWeek.year, 1, "0")
    case "g": return (isoWeek.year % 100, 2, "0")
    case "s": return (daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second, 1, "0")
    default: return nil
    }
  }

  private func name(_ directive: Unicode.Scalar) -> String? {
    switch directive {
    case "a": String(Self.weekdays[weekday].prefix(3))
    case "A": Self.weekdays[weekday]
    case "b", "h": String(Self.months[month - 1].prefix(3))
    case "B": Self.months[month - 1]
    case "c": formatted("%a %b %e %H:%M:%S %Y")
    case "D", "x": formatted("%m/%d/%y")
    case "F": formatted("%Y-%m-%d")
    case "R": formatted("%H:%M")
    case "T", "X": formatted("%H:%M:%S")
    case "r": formatted("%I:%M:%S %p")
    case "p": hour < 12 ? "AM" : "PM"
    case "P": hour < 12 ? "am" : "pm"
    case "n": "\n"
    case "t": "\t"
    case "z", "Z": ""
    case "%": "%"
    default: nil
    }
  }
}
