/// A number's sign and digits, as a bound of a schema gives them.
struct DecimalNumber: Equatable {
  var isNegative: Bool
  /// The digits before the point, without leading zeros; "0" for none.
  var whole: [UInt8]
  /// The digits after the point, without trailing zeros.
  var fraction: [UInt8]

  /// Digits of a number at most.
  private static let mostDigits = 40

  /// The exact decimal digits that a double is written with; nil for numbers that are no sensible bounds.
  init?(_ value: Double) {
    guard value.isFinite else { return nil }
    let text = value.description.lowercased()
    let parts = text.split(separator: "e")
    guard let mantissa = parts.first, let exponent = parts.count > 1 ? Int(parts[1]) : 0 else { return nil }
    var digits: [UInt8] = []
    var point: Int?
    for byte in mantissa.utf8 {
      if byte == UInt8(ascii: ".") { point = digits.count }
      if (48...57).contains(byte) { digits.append(byte) }
    }
    self.init(isNegative: value < 0, digits: digits, point: (point ?? digits.count) + exponent)
  }

  init(_ value: Int) {
    isNegative = value < 0
    whole = Array(String(value.magnitude).utf8)
    fraction = []
  }

  private init?(isNegative: Bool, digits: [UInt8], point: Int) {
    guard abs(point) <= Self.mostDigits else { return nil }
    var digits = digits
    var point = point
    if point < 0 {
      digits.insert(contentsOf: [UInt8](repeating: 48, count: -point), at: 0)
      point = 0
    }
    while digits.count < point { digits.append(48) }
    whole = Array(digits[..<point].drop { $0 == 48 })
    fraction = Array(digits[point...])
    while fraction.last == 48 { fraction.removeLast() }
    if whole.isEmpty { whole = [48] }
    self.isNegative = isNegative && (whole != [48] || !fraction.isEmpty)
  }

  var isZero: Bool { whole == [48] && fraction.isEmpty }

  /// The shortest text.
  var text: [UInt8] {
    (isNegative ? [45] : []) + whole + (fraction.isEmpty ? [] : [46] + fraction)
  }

  /// The number as `digits / 10^places`; nil where the digits are too many.
  var scaled: (digits: Int64, places: Int)? {
    Int64(String(decoding: whole + fraction, as: UTF8.self)).map { ($0, fraction.count) }
  }
}
