/// Python's `str.format`, with attributes and elements looked up inside the sandbox.
struct FormatMethod {
  private let interpreter: Interpreter
  private let arguments: Arguments
  private var automatic = 0
  private var usesNumbers = false
  private let escapes: Bool

  /// - Parameter escapes: whether the format is markup, so that what is put into it is escaped.
  static func apply(
    _ format: String, _ arguments: Arguments, _ interpreter: Interpreter, escapes: Bool = false
  ) throws(TemplateError) -> String {
    try interpreter.charge(bytes: format.utf8.count)
    var formatter = FormatMethod(interpreter: interpreter, arguments: arguments, escapes: escapes)
    return try formatter.expand(Array(format.unicodeScalars)[...], depth: 2)
  }

  private init(interpreter: Interpreter, arguments: Arguments, escapes: Bool) {
    self.escapes = escapes
    self.interpreter = interpreter
    self.arguments = arguments
  }

  private mutating func expand(
    _ format: ArraySlice<Unicode.Scalar>, depth: Int
  ) throws(TemplateError) -> String {
    guard depth >= 0 else { throw interpreter.error(.value, "Max string recursion exceeded") }
    var (result, index) = ("", format.startIndex)
    while index < format.endIndex {
      let scalar = format[index]
      let isDoubled = index + 1 < format.endIndex && format[index + 1] == scalar
      if scalar == "{" || scalar == "}", isDoubled {
        result.unicodeScalars.append(scalar)
        index += 2
      } else if scalar == "{" {
        let end = try fieldEnd(format, from: index + 1)
        let text = try field(format[(index + 1)..<end], depth: depth)
        try interpreter.charge(bytes: text.utf8.count)
        result += text
        index = end + 1
      } else if scalar == "}" {
        throw interpreter.error(.value, "Single '}' encountered in format string")
      } else {
        result.unicodeScalars.append(scalar)
        index += 1
      }
    }
    return result
  }

  private func fieldEnd(_ format: ArraySlice<Unicode.Scalar>, from start: Int) throws(TemplateError) -> Int {
    var depth = 1
    for index in start..<format.endIndex {
      if format[index] == "{" { depth += 1 }
      if format[index] == "}" { depth -= 1 }
      if depth == 0 { return index }
    }
    throw interpreter.error(.value, "expected '}' before end of string")
  }

  /// One `name!conversion:spec`.
  private mutating func field(
    _ field: ArraySlice<Unicode.Scalar>, depth: Int
  ) throws(TemplateError) -> String {
    let nameEnd = try self.nameEnd(field)
    var value = try lookUp(field[..<nameEnd])
    var rest = field[nameEnd...]
    if rest.first == "!" {
      guard rest.count >= 2 else {
        throw interpreter.error(.value, "end of string while looking for conversion")
      }
      switch rest[rest.startIndex + 1] {
      case "s": value = .string(try value.text(interpreter))
      case "r", "a": value = .string(try value.representation(interpreter))
      default: throw interpreter.error(.value, "Unknown conversion specifier")
      }
      rest = rest.dropFirst(2)
      guard rest.isEmpty || rest.first == ":" else {
        throw interpreter.error(.value, "expected ':' after conversion specifier")
      }
    }
    let spec = try expand(rest.dropFirst(), depth: depth - 1)
    guard escapes else { return try Self.format(value, spec, interpreter) }
    if case .markup(let text) = value {
      guard spec.isEmpty else {
        throw interpreter.error(.value, "Unsupported format specification for Markup.")
      }
      return text
    }
    return try interpreter.escaped(.string(try Self.format(value, spec, interpreter)))
  }

  private func nameEnd(_ field: ArraySlice<Unicode.Scalar>) throws(TemplateError) -> Int {
    var isInBrackets = false
    for index in field.indices {
      switch field[index] {
      case "[": isInBrackets = true
      case "]": isInBrackets = false
      case "!", ":": if !isInBrackets { return index }
      case "{": throw interpreter.error(.value, "unexpected '{' in field name")
      default: break
      }
    }
    return field.endIndex
  }

  private mutating func lookUp(_ name: ArraySlice<Unicode.Scalar>) throws(TemplateError) -> Value {
    let firstEnd = name.firstIndex { $0 == "." || $0 == "[" } ?? name.endIndex
    var value = try argument(Text.make(name[..<firstEnd]))
    var index = firstEnd
    while index < name.endIndex {
      let isAttribute = name[index] == "."
      let start = index + 1
      let end = name[start...].firstIndex { isAttribute ? $0 == "." || $0 == "[" : $0 == "]" }
      guard end != nil || isAttribute else { throw interpreter.error(.value, "Missing ']' in format string") }
      let key = Text.make(name[start..<(end ?? name.endIndex)])
      guard !key.isEmpty else { throw interpreter.error(.value, "Empty attribute in format string") }
      if isAttribute {
        value = try interpreter.attribute(key, of: value)
        index = end ?? name.endIndex
      } else {
        value = try interpreter.item(Int(key).map { .int($0) } ?? .string(key), of: value)
        index = (end ?? name.endIndex) + 1
        guard index >= name.endIndex || name[index] == "." || name[index] == "[" else {
          throw interpreter.error(.value, "Only '.' or '[' may follow ']' in format field specifier")
        }
      }
    }
    return value
  }

  private mutating func argument(_ name: String) throws(TemplateError) -> Value {
    var position = Int(name)
    if name.isEmpty {
      guard !usesNumbers else {
        throw interpreter.error(
          .value, "cannot switch from manual field specification to automatic field numbering")
      }
      position = automatic
      automatic += 1
    } else if position != nil {
      guard automatic == 0 else {
        throw interpreter.error(
          .value, "cannot switch from automatic field numbering to manual field specification")
      }
      usesNumbers = true
    }
    if let position {
      guard arguments.positional.indices.contains(position) else {
        throw interpreter.error(
          .lookup, "Replacement index \(position) out of range for positional args tuple")
      }
      return arguments.positional[position]
    }
    guard let value = arguments.keywords[name] else {
      throw interpreter.error(.lookup, "KeyError: '\(name)'")
    }
    return value
  }

  /// Python's `format(value, spec)`.
  static func format(
    _ value: Value, _ spec: String, _ interpreter: Interpreter
  ) throws(TemplateError) -> String {
    if spec.isEmpty { return try value.text(interpreter) }
    switch value.plain {
    case .string(let text):
      let spec = try FormatSpec(parsing: spec, interpreter)
      guard spec.type == nil || spec.type == "s", spec.align != "=", spec.sign == "-", spec.grouping == nil
      else {
        throw interpreter.error(.value, "a format specifier that is not allowed for a string")
      }
      return try spec.pad(spec.cut(text), interpreter)
    case .int, .bool:
      let spec = try FormatSpec(parsing: spec, interpreter)
      let isFloat = spec.type.map { "eEfFgG%".unicodeScalars.contains($0) } ?? false
      guard isFloat || spec.precision == nil else {
        throw interpreter.error(.value, "Precision not allowed in integer format specifier")
      }
      return try spec.format(value.integer ?? 0, interpreter)
    case .double(let number): return try FormatSpec(parsing: spec, interpreter).format(number, interpreter)
    default:
      throw interpreter.error(.type, "unsupported format string passed to \(value.typeName).__format__")
    }
  }
}
