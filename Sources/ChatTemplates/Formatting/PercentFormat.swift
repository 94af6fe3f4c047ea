/// Python's `"…%s…" % values`.
struct PercentFormat {
  private let interpreter: Interpreter
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var values: [Value]
  private var next = 0
  private let mapping: Value?
  private let escapes: Bool
  private var result = ""

  /// - Parameter escapes: whether the format is markup, so that texts put into it are escaped.
  static func apply(
    _ format: String, _ operand: Value, _ interpreter: Interpreter, escapes: Bool = false
  ) throws(TemplateError) -> String {
    try interpreter.charge(steps: format.utf8.count / 64)
    try interpreter.charge(bytes: format.utf8.count)
    var formatter = PercentFormat(format, operand, interpreter, escapes)
    return try formatter.run()
  }

  private init(_ format: String, _ operand: Value, _ interpreter: Interpreter, _ escapes: Bool) {
    self.escapes = escapes
    self.interpreter = interpreter
    scalars = Array(format.unicodeScalars)
    switch operand {
    case .tuple(let list): (values, mapping) = (list.elements, nil)
    case .dict, .list: (values, mapping) = ([operand], operand)
    // Like a map, it may be left over; Python asks only whether it can be subscripted.
    case .undefined: (values, mapping) = ([operand], operand)
    default: (values, mapping) = ([operand], nil)
    }
  }

  private mutating func run() throws(TemplateError) -> String {
    while position < scalars.count {
      let scalar = scalars[position]
      position += 1
      if scalar == "%" { try convert() } else { result.unicodeScalars.append(scalar) }
    }
    if next < values.count, mapping == nil {
      throw interpreter.error(.type, "not all arguments converted during string formatting")
    }
    return result
  }

  private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func takeValue() throws(TemplateError) -> Value {
    guard next < values.count else {
      throw interpreter.error(.type, "not enough arguments for format string")
    }
    next += 1
    return values[next - 1]
  }

  private mutating func takeNumber() throws(TemplateError) -> Int? {
    if current == "*" {
      position += 1
      return try interpreter.integer(try takeValue(), or: 0, "*")
    }
    var number: Int?
    while let digit = current, ("0"..."9").contains(digit) {
      number = min((number ?? 0) * 10 + Int(digit.value - 0x30), 1 << 40)
      position += 1
    }
    return number
  }

  private mutating func takeMember() throws(TemplateError) -> Value? {
    guard current == "(" else { return nil }
    guard case .dict = mapping else { throw interpreter.error(.type, "format requires a mapping") }
    var (name, depth) = (String.UnicodeScalarView(), 1)
    position += 1
    while let scalar = current {
      position += 1
      if scalar == "(" { depth += 1 }
      if scalar == ")" { depth -= 1 }
      if depth == 0 { break }
      name.append(scalar)
    }
    guard depth == 0 else { throw interpreter.error(.value, "incomplete format key") }
    guard case .dict(let dict) = mapping, let value = dict.members[.string(String(name))] else {
      throw interpreter.error(.lookup, "KeyError: '\(String(name))'")
    }
    return value
  }

  private mutating func convert() throws(TemplateError) {
    let member = try takeMember()
    var spec = FormatSpec()
    spec.align = ">"
    flags: while let flag = current {
      switch flag {
      case "-": spec.align = "<"
      case "0": if spec.align == ">" { spec.zeroPads = true }
      case "+": spec.sign = "+"
      case " ": if spec.sign != "+" { spec.sign = " " }
      case "#": spec.isAlternate = true
      default: break flags
      }
      position += 1
    }
    if let width = try takeNumber() {
      spec.width = Int(min(width.magnitude, 1 << 40))
      if width < 0 { spec.align = "<" }
    }
    if spec.align == "<" { spec.zeroPads = false }
    if current == "." {
      position += 1
      spec.precision = min(max(try takeNumber() ?? 0, 0), 1 << 40)
    }
    while let modifier = current, "hlL".unicodeScalars.contains(modifier) { position += 1 }
    guard let type = current else { throw interpreter.error(.value, "incomplete format") }
    position += 1
    if type == "%" {
      result += "%"
      return
    }
    var value = member
    if value == nil { value = try takeValue() }
    let text = try format(value ?? .none, type, spec)
    try interpreter.charge(bytes: text.utf8.count)
    result += text
  }

  private func format(
    _ value: Value, _ type: Unicode.Scalar, _ written: FormatSpec
  ) throws(TemplateError) -> String {
    var spec = written
    switch type {
    case "s", "r", "a":
      spec.zeroPads = false
      var text = type == "s" ? try value.text(interpreter) : try value.representation(interpreter)
      if escapes { text = try interpreter.escaped(type == "s" ? value : .string(text)) }
      return try spec.pad(spec.cut(text), interpreter)
    case "c":
      spec.zeroPads = false
      if let code = value.integer, let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init) {
        return try spec.pad(String(scalar), interpreter)
      }
      guard case .string(let text) = value.plain, Text.length(text) == 1 else {
        throw interpreter.error(.type, "%c requires int or char")
      }
      return try spec.pad(text, interpreter)
    case "d", "i", "u", "x", "X", "o": return try formatInteger(value, type, spec)
    case "e", "E", "f", "F", "g", "G":
      spec.type = type
      guard let number = value.number else {
        if case .undefined(let undefined) = value { throw interpreter.misuse(undefined) }
        throw interpreter.error(.type, "must be real number, not \(value.typeName)")
      }
      return try spec.format(number, interpreter)
    default:
      throw interpreter.error(.value, "unsupported format character '\(type)'")
    }
  }

  private func formatInteger(
    _ value: Value, _ type: Unicode.Scalar, _ written: FormatSpec
  ) throws(TemplateError) -> String {
    var spec = written
    spec.type = type == "i" || type == "u" ? "d" : type
    var integer = value.integer
    if integer == nil, case .double(let number) = value, spec.type == "d" {
      integer = Numbers.truncate(number)
    }
    guard let integer else {
      if case .undefined(let undefined) = value { throw interpreter.misuse(undefined) }
      throw interpreter.error(
        .type, "%\(type) format: a real number is required, not \(value.typeName)")
    }
    return try spec.format(integer, minimumDigits: spec.precision ?? 0, interpreter)
  }
}
