/// How values print: Python's `str` and `repr`.
extension Value {
  /// What the value prints as in a template.
  func text(_ interpreter: Interpreter) throws(TemplateError) -> String {
    switch self {
    case .string(let text), .markup(let text): return text
    case .undefined: return ""
    default: return try representation(interpreter)
    }
  }

  /// Python's `repr`.
  func representation(_ interpreter: Interpreter) throws(TemplateError) -> String {
    var writer = RepresentationWriter(interpreter)
    try writer.write(self, depth: 0)
    return writer.text
  }
}

private struct RepresentationWriter {
  let interpreter: Interpreter
  var text = ""

  init(_ interpreter: Interpreter) { self.interpreter = interpreter }

  mutating func write(_ value: Value, depth: Int) throws(TemplateError) {
    // A namespace can hold itself, so depth is checked here too.
    if depth > interpreter.limits.valueDepth { throw interpreter.tooDeep() }
    let before = text.utf8.count
    switch value {
    case .undefined: text += "Undefined"
    case .none: text += "None"
    case .bool(let value): text += value ? "True" : "False"
    case .int(let value): text += String(value)
    case .double(let value): text += Numbers.text(value)
    case .string(let string):
      try interpreter.charge(bytes: string.utf8.count)
      Self.quote(string, to: &text)
      try interpreter.charge(bytes: max(text.utf8.count - before - string.utf8.count, 0))
      return
    case .markup(let string):
      text += "Markup("
      try write(.string(string), depth: depth)
      text += ")"
      return
    case .list(let list): try write(list.elements, "[", "]", depth)
    case .tuple(let list):
      try write(list.elements, "(", list.elements.count == 1 ? ",)" : ")", depth)
    case .dict(let dict): try write(dict, depth)
    case .range(let range):
      text += "range(\(range.start), \(range.stop)" + (range.step == 1 ? ")" : ", \(range.step))")
    case .view(let view):
      text += "dict_\(view.kind.rawValue)("
      try interpreter.charge(bytes: 64 * view.dict.members.count)
      try write(view.values, "[", "]", depth)
      text += ")"
    case .iterator: text += "<generator object>"
    case .object(let object): try write(object, depth)
    }
    try interpreter.charge(bytes: text.utf8.count - before)
  }

  private mutating func write(
    _ elements: [Value], _ opening: String, _ closing: String, _ depth: Int
  ) throws(TemplateError) {
    text += opening
    for (index, element) in elements.enumerated() {
      if index > 0 { text += ", " }
      try write(element, depth: depth + 1)
    }
    text += closing
  }

  private mutating func write(_ dict: DictValue, _ depth: Int) throws(TemplateError) {
    text += "{"
    for (index, member) in dict.members.enumerated() {
      if index > 0 { text += ", " }
      try write(member.key, depth: depth + 1)
      text += ": "
      try write(member.value, depth: depth + 1)
    }
    text += "}"
  }

  private mutating func write(_ object: any TemplateObject, _ depth: Int) throws(TemplateError) {
    guard let namespace = object as? Namespace else {
      text += object.description
      return
    }
    text += "<Namespace "
    try write(DictValue(namespace.attributes), depth + 1)
    text += ">"
  }

  /// Quotes a text as Python does: single quotes unless only those occur inside.
  static func quote(_ string: String, to text: inout String) {
    let quote: Unicode.Scalar =
      string.utf8.contains(UInt8(ascii: "'")) && !string.utf8.contains(UInt8(ascii: "\"")) ? "\"" : "'"
    text.unicodeScalars.append(quote)
    for scalar in string.unicodeScalars {
      switch scalar {
      case quote, "\\":
        text += "\\"
        text.unicodeScalars.append(scalar)
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      default:
        if isPrintable(scalar) { text.unicodeScalars.append(scalar) } else { text += escape(scalar) }
      }
    }
    text.unicodeScalars.append(quote)
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
      .spaceSeparator:
      return false
    default: return true
    }
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    let (letter, count) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
    return "\\" + letter + String(repeating: "0", count: count - digits.count) + digits
  }
}
