/// Python's arithmetic and its way to write numbers.
enum Numbers {
  /// The shortest text that reads back as `value`, laid out as Python does.
  static func text(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    let (digits, exponent) = shortestDigits(value.magnitude)
    let sign = value.sign == .minus ? "-" : ""
    if exponent < -4 || exponent >= 16 {
      let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
      let size = String(exponent.magnitude)
      return sign + digits.prefix(1) + fraction + (exponent < 0 ? "e-" : "e+") + (size.count < 2 ? "0" : "")
        + size
    }
    if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits }
    if digits.count <= exponent + 1 {
      return sign + digits + String(repeating: "0", count: exponent + 1 - digits.count) + ".0"
    }
    return sign + digits.prefix(exponent + 1) + "." + digits.dropFirst(exponent + 1)
  }

  /// The digits of the shortest decimal form of a finite value that is not negative, and the power of ten of the
  /// first one.
  static func shortestDigits(_ value: Double) -> (digits: String, exponent: Int) {
    if value == 0 { return ("0", 0) }
    let parts = value.description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let whole = mantissa[0]
    let fraction = mantissa.count > 1 ? mantissa[1] : ""
    var digits = String(whole + fraction)
    var exponent = whole.count - 1 + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    let leadingZeros = digits.prefix { $0 == "0" }.count
    digits.removeFirst(leadingZeros)
    exponent -= leadingZeros
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    return (digits, exponent)
  }

  static func power(_ base: Int, _ exponent: Int) -> Int? {
    var (result, square, rest) = (1, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 {
        let (product, overflow) = result.multipliedReportingOverflow(by: square)
        if overflow { return nil }
        result = product
      }
      rest >>= 1
      if rest > 0 {
        let (product, overflow) = square.multipliedReportingOverflow(by: square)
        if overflow { return nil }
        square = product
      }
    }
    return result
  }

  /// Division that rounds towards minus infinity. `right` is not 0.
  static func floorDivide(_ left: Int, _ right: Int) -> Int? {
    let (quotient, overflow) = left.dividedReportingOverflow(by: right)
    if overflow { return nil }
    return quotient &* right != left && (left < 0) != (right < 0) ? quotient - 1 : quotient
  }

  /// The remainder with the sign of `right`, which is not 0.
  static func modulo(_ left: Int, _ right: Int) -> Int {
    if right == -1 { return 0 }
    let remainder = left % right
    return remainder != 0 && (remainder < 0) != (right < 0) ? remainder + right : remainder
  }

  static func modulo(_ left: Double, _ right: Double) -> Double {
    let remainder = left.truncatingRemainder(dividingBy: right)
    if remainder == 0 { return Double(signOf: right, magnitudeOf: 0) }
    return (remainder < 0) != (right < 0) ? remainder + right : remainder
  }

  /// What Python's `int(text, base)` accepts; nil where it raises.
  static func parseInteger(_ text: String, base: Int) -> Int? {
    var digits = Text.strip(text, nil)
    var isNegative = false
    if let sign = digits.first, sign == "-" || sign == "+" {
      isNegative = sign == "-"
      digits.removeFirst()
    }
    var radix = base
    for (prefix, value) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.lowercased().hasPrefix(prefix) {
      if base == value || base == 0 {
        radix = value
        digits.removeFirst(2)
        if digits.hasPrefix("_") { digits.removeFirst() }
      }
    }
    if radix == 0 { radix = 10 }
    guard (2...36).contains(radix), isGrouped(digits) else { return nil }
    digits = asciiDigits(digits).filter { $0 != "_" }
    guard !digits.hasPrefix("+"), !digits.hasPrefix("-") else { return nil }
    return Int(isNegative ? "-" + digits : digits, radix: radix)
  }

  /// What Python's `float(text)` accepts; nil where it raises.
  static func parseDouble(_ text: String) -> Double? {
    let digits = Text.strip(text, nil)
    guard isGrouped(digits) else { return nil }
    let plain = asciiDigits(digits).filter { $0 != "_" }.lowercased()
    switch plain.hasPrefix("-") || plain.hasPrefix("+") ? String(plain.dropFirst()) : plain {
    case "inf", "infinity": return plain.hasPrefix("-") ? -.infinity : .infinity
    case "nan": return .nan
    default:
      guard plain.utf8.allSatisfy({ "0123456789+-.e".utf8.contains($0) }) else { return nil }
      let whole = plain.hasSuffix(".") ? plain + "0" : plain.replacing(".e", with: ".0e")
      let start = whole.hasPrefix(".") ? "0" + whole : whole
      guard start.first(where: { $0 != "-" && $0 != "+" }) != nil else { return nil }
      return Double(start.replacing("-.", with: "-0.").replacing("+.", with: "+0."))
    }
  }

  /// Underscores may stand between two digits only.
  private static func isGrouped(_ text: String) -> Bool {
    !text.isEmpty && !text.hasPrefix("_") && !text.hasSuffix("_") && !text.contains("__")
  }

  private static func asciiDigits(_ text: String) -> String {
    Text.make(
      text.unicodeScalars.map { scalar in
        guard !scalar.isASCII, scalar.properties.generalCategory == .decimalNumber,
          let value = scalar.properties.numericValue
        else { return scalar }
        return Unicode.Scalar(0x30 + UInt8(value))
      })
  }

  /// An integer for a floating-point number without its fraction; nil where it does not fit.
  static func truncate(_ value: Double) -> Int? { Int(exactly: value.rounded(.towardZero)) }
}
