/// Decimal fractions as the reference reads them, which is not always to the nearest double.
///
/// Scores that should tie differ in the last bit by it, and so decide between two ways to cut a text.
/// serde_json takes the digits as a 64-bit integer and then multiplies or divides once by a power of ten.
enum ReferenceNumber {
  /// The value of a JSON number, nil where `text` is none.
  static func parse(_ text: some Sequence<UInt8>) -> Double? {
    var significand: UInt64 = 0
    var exponent = 0
    var isNegative = false
    var isFraction = false
    var hasDigits = false
    var isFull = false
    var iterator = text.makeIterator()
    while let byte = iterator.next() {
      switch byte {
      case UInt8(ascii: "-") where !hasDigits && !isNegative && !isFraction: isNegative = true
      case UInt8(ascii: "."): isFraction = true
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        hasDigits = true
        let (product, overflow) = significand.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
        isFull = isFull || overflow || carry
        if isFull {
          if !isFraction { exponent += 1 }
        } else {
          significand = sum
          if isFraction { exponent -= 1 }
        }
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        var digits: [UInt8] = []
        while let digit = iterator.next() { digits.append(digit) }
        guard let power = Int(String(decoding: digits, as: UTF8.self)), abs(power) < 100_000 else {
          return nil
        }
        exponent += power
      default: return nil
      }
    }
    guard hasDigits else { return nil }
    let value = scale(Double(significand), by: exponent)
    return isNegative ? -value : value
  }

  private static func scale(_ value: Double, by exponent: Int) -> Double {
    var value = value
    var exponent = exponent
    while exponent < -308, value != 0 {
      value /= 1e308
      exponent += 308
    }
    guard let power = Double("1e\(min(abs(exponent), 308))") else { return value }
    return exponent < 0 ? value / power : value * power
  }
}
