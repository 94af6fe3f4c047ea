import Foundation

/// How one value is laid out: `[[fill]align][sign][#][0][width][grouping][.precision][type]` of `str.format`, and
/// what the `%` operator has of that.
struct FormatSpec {
  var fill: Unicode.Scalar = " "
  var align: Unicode.Scalar?
  var sign: Unicode.Scalar = "-"
  var isAlternate = false
  var zeroPads = false
  var width = 0
  var grouping: Unicode.Scalar?
  var precision: Int?
  var type: Unicode.Scalar?

  init() {}

  /// Reads the text after the colon of a replacement field.
  init(parsing text: String, _ interpreter: Interpreter) throws(TemplateError) {
    let scalars = Array(text.unicodeScalars)
    var index = 0
    func at(_ index: Int) -> Unicode.Scalar { index < scalars.count ? scalars[index] : "\0" }
    func isAlign(_ scalar: Unicode.Scalar) -> Bool { "<>=^".unicodeScalars.contains(scalar) }
    if isAlign(at(1)), scalars.count > 1 {
      (fill, align, index) = (at(0), at(1), 2)
    } else if isAlign(at(0)) {
      (align, index) = (at(0), 1)
    }
    if "+- ".unicodeScalars.contains(at(index)) {
      sign = at(index)
      index += 1
    }
    if at(index) == "#" {
      isAlternate = true
      index += 1
    }
    if at(index) == "0" {
      zeroPads = align == nil
      index += 1
    }
    func number() -> Int? {
      var value: Int?
      while ("0"..."9").contains(at(index)) {
        value = min((value ?? 0) * 10 + Int(at(index).value - 0x30), 1 << 40)
        index += 1
      }
      return value
    }
    width = number() ?? 0
    if at(index) == "," || at(index) == "_" {
      grouping = at(index)
      index += 1
    }
    if at(index) == "." {
      index += 1
      guard let digits = number() else {
        throw interpreter.error(.value, "Format specifier missing precision")
      }
      precision = digits
    }
    if index < scalars.count {
      type = scalars[index]
      index += 1
    }
    guard index >= scalars.count else { throw interpreter.error(.value, "Invalid format specifier") }
  }

  /// The text up to the precision.
  func cut(_ text: String) -> String {
    guard let precision, Text.length(text) > precision else { return text }
    return Text.make(text.unicodeScalars.prefix(precision))
  }

  /// The text filled up to the width, to the left unless the alignment says otherwise.
  func pad(_ text: String, defaultAlign: Unicode.Scalar = "<", _ interpreter: Interpreter)
    throws(TemplateError) -> String
  {
    let missing = width - Text.length(text)
    guard missing > 0 else { return text }
    let fill = String(zeroPads ? "0" : fill)
    switch align ?? defaultAlign {
    case "<": return text + (try interpreter.repeated(fill, missing))
    case "^":
      let left = missing / 2
      return try interpreter.repeated(fill, left) + text + (try interpreter.repeated(fill, missing - left))
    default: return try interpreter.repeated(fill, missing) + text
    }
  }

  /// A number's sign, prefix and digits, filled up to the width.
  private func assemble(
    isNegative: Bool, prefix: String, digits: String, _ interpreter: Interpreter
  ) throws(TemplateError) -> String {
    let signText = (isNegative ? "-" : sign == "-" ? "" : String(sign)) + prefix
    if zeroPads || align == "=" {
      let missing = width - Text.length(signText) - Text.length(digits)
      return signText + (try interpreter.repeated(zeroPads ? "0" : String(fill), missing)) + digits
    }
    return try pad(signText + digits, defaultAlign: ">", interpreter)
  }

  private func grouped(_ digits: String, by size: Int = 3) -> String {
    guard let grouping else { return digits }
    var result = String.UnicodeScalarView()
    for (index, digit) in digits.unicodeScalars.enumerated() {
      if index > 0, (digits.utf8.count - index) % size == 0 { result.append(grouping) }
      result.append(digit)
    }
    return String(result)
  }

  func format(_ value: Int, minimumDigits: Int = 0, _ interpreter: Interpreter) throws(TemplateError)
    -> String
  {
    let (radix, prefix): (Int, String)
    switch type {
    case "x": (radix, prefix) = (16, "0x")
    case "X": (radix, prefix) = (16, "0X")
    case "o": (radix, prefix) = (8, "0o")
    case "b": (radix, prefix) = (2, "0b")
    case nil, "d", "n": (radix, prefix) = (10, "")
    case "c":
      guard let scalar = UInt32(exactly: value).flatMap(Unicode.Scalar.init) else {
        throw interpreter.error(.value, "%c arg not in range")
      }
      return try pad(String(scalar), interpreter)
    case "e", "E", "f", "F", "g", "G", "%": return try format(Double(value), interpreter)
    default:
      throw interpreter.error(.value, "Unknown format code '\(type ?? " ")' for object of type 'int'")
    }
    var digits = String(value.magnitude, radix: radix, uppercase: type == "X")
    digits = try interpreter.repeated("0", minimumDigits - digits.utf8.count) + digits
    return try assemble(
      isNegative: value < 0, prefix: isAlternate ? prefix : "",
      digits: grouped(digits, by: radix == 10 ? 3 : 4),
      interpreter)
  }

  func format(_ value: Double, _ interpreter: Interpreter) throws(TemplateError) -> String {
    let magnitude = type == "%" ? value.magnitude * 100 : value.magnitude
    var digits: String
    if !value.isFinite {
      digits = value.isNaN ? "nan" : "inf"
    } else if let type {
      let conversion: Unicode.Scalar = type == "%" ? "f" : type == "n" ? "g" : type
      guard "eEfFgG".unicodeScalars.contains(conversion) else {
        throw interpreter.error(.value, "Unknown format code '\(type)' for object of type 'float'")
      }
      digits = try Numbers.format(magnitude, precision ?? 6, conversion, isAlternate, interpreter)
    } else if let precision {
      digits = try Numbers.format(magnitude, max(precision, 1), "g", false, interpreter)
      if !digits.contains("e"), !digits.contains(".") { digits += ".0" }
    } else {
      digits = Numbers.text(magnitude)
    }
    if type == "E" || type == "F" || type == "G" { digits = digits.uppercased() }
    if grouping != nil {
      let whole = digits.prefix { $0.isNumber }
      digits = grouped(String(whole)) + digits.dropFirst(whole.count)
    }
    return try assemble(
      isNegative: value.sign == .minus && !value.isNaN, prefix: "", digits: digits + (type == "%" ? "%" : ""),
      interpreter)
  }
}

extension Numbers {
  /// The C library's `%.*f`, `%.*e` or `%.*g`, which round exactly as Python does.
  static func format(
    _ value: Double, _ precision: Int, _ conversion: Unicode.Scalar, _ isAlternate: Bool,
    _ interpreter: Interpreter
  ) throws(TemplateError) -> String {
    guard precision <= 100_000 else { throw interpreter.error(.limit, "a precision above 100000") }
    try interpreter.charge(bytes: precision + 400)
    var buffer = [CChar](repeating: 0, count: precision + 400)
    let format = "%" + (isAlternate ? "#" : "") + ".*" + String(conversion)
    let count = withVaList([Int32(precision), value]) { vsnprintf(&buffer, buffer.count, format, $0) }
    return Text.make(buffer.prefix(max(Int(count), 0)).map { UInt8(bitPattern: $0) })
  }
}
