/// Quantities as people read them.
enum Units {
  /// Bytes in powers of a thousand, as disks and the hub count: `98.4 MB`.
  static func bytes(_ count: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = Double(count)
    var unit = 0
    while value >= 999.5, unit + 1 < units.count {
      value /= 1000
      unit += 1
    }
    return unit == 0
      ? "\(count) B" : "\(decimals(value, value < 10 ? 2 : value < 100 ? 1 : 0)) \(units[unit])"
  }

  /// Seconds: `0.35 s`, `42 s`, `3:05 min`.
  static func time(_ seconds: Double) -> String {
    if seconds < 10 { return "\(decimals(seconds, 2)) s" }
    if seconds < 60 { return "\(decimals(seconds, 1)) s" }
    let whole = Int(seconds.rounded())
    if whole < 3600 { return "\(whole / 60):\(twoDigits(whole % 60)) min" }
    return "\(whole / 3600):\(twoDigits(whole / 60 % 60)) h"
  }

  /// A number with so many places after the point.
  static func decimals(_ value: Double, _ places: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return String(value) }
    var scale = 1
    for _ in 0..<places { scale *= 10 }
    let scaled = Int((abs(value) * Double(scale)).rounded())
    let sign = value < 0 && scaled != 0 ? "-" : ""
    guard places > 0 else { return "\(sign)\(scaled)" }
    let fraction = String(scaled % scale)
    return "\(sign)\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
  }

  private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
}
