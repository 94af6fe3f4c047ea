import JSON

/// The `tojson` filter as transformers replaces it: Python's `json.dumps` with `ensure_ascii` false, so with spaces
/// after commas and colons and without escaping for HTML.
struct JSONDumper {
  private let interpreter: Interpreter
  private var text = ""
  private let ensuresASCII: Bool
  private let indent: String?
  private let itemSeparator: String
  private let keySeparator: String
  private let sortsKeys: Bool

  static let filter: Filters.Filter = { (value, arguments, interpreter) throws(TemplateError) in
    let bound = try arguments.bind(
      ["ensure_ascii", "indent", "separators", "sort_keys"], required: 0, of: "tojson", interpreter)
    var dumper = try JSONDumper(bound, interpreter)
    try dumper.write(value, level: 0)
    return .string(dumper.text)
  }

  private init(_ bound: [Value?], _ interpreter: Interpreter) throws(TemplateError) {
    self.interpreter = interpreter
    ensuresASCII = bound[0]?.isTrue ?? false
    sortsKeys = bound[3]?.isTrue ?? false
    switch bound[1]?.plain {
    case nil, .some(.none): indent = nil
    case .string(let text): indent = text
    case .some(let value):
      indent = try interpreter.repeated(" ", try interpreter.integer(value, or: 0, "indent"))
    }
    guard let separators = bound[2], !separators.isNone else {
      (itemSeparator, keySeparator) = (indent == nil ? ", " : ",", ": ")
      return
    }
    let pair = try interpreter.elements(of: separators)
    guard pair.count == 2 else { throw interpreter.error(.value, "separators must be a pair of texts") }
    itemSeparator = try interpreter.text(pair[0], or: "", "separator")
    keySeparator = try interpreter.text(pair[1], or: "", "separator")
  }

  private mutating func write(_ value: Value, level: Int) throws(TemplateError) {
    let before = text.utf8.count
    switch value {
    case .none: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += String(value)
    case .double(let value): text += Self.number(value)
    case .string(let string), .markup(let string):
      try interpreter.charge(bytes: string.utf8.count)
      try interpreter.charge(steps: string.utf8.count / 16)
      quote(string)
      try interpreter.charge(bytes: max(text.utf8.count - before - string.utf8.count, 0))
      return
    case .list(let list), .tuple(let list):
      try writeList("[", "]", list.elements, level) { (dumper, element) throws(TemplateError) in
        try dumper.write(element, level: level + 1)
      }
      return
    case .dict(let dict):
      try writeList("{", "}", try sorted(dict), level) { (dumper, member) throws(TemplateError) in
        dumper.quote(try dumper.key(member.key))
        dumper.text += dumper.keySeparator
        try dumper.write(member.value, level: level + 1)
      }
      return
    default:
      throw interpreter.error(.type, "Object of type \(value.typeName) is not JSON serializable")
    }
    try interpreter.charge(bytes: text.utf8.count - before)
    try interpreter.charge(steps: (text.utf8.count - before) / 16)
  }

  private mutating func writeList<Element>(
    _ opening: String, _ closing: String, _ elements: [Element], _ level: Int,
    _ writeElement: (inout JSONDumper, Element) throws(TemplateError) -> Void
  ) throws(TemplateError) {
    text += opening
    for (index, element) in elements.enumerated() {
      if index > 0 { text += itemSeparator }
      try breakLine(level + 1)
      try writeElement(&self, element)
      try interpreter.charge(bytes: itemSeparator.utf8.count + keySeparator.utf8.count + 2)
    }
    if !elements.isEmpty { try breakLine(level) }
    text += closing
  }

  private mutating func breakLine(_ level: Int) throws(TemplateError) {
    guard let indent else { return }
    text += "\n" + (try interpreter.repeated(indent, level))
  }

  private func sorted(_ dict: DictValue) throws(TemplateError) -> [(key: Value, value: Value)] {
    let members = dict.members.map { ($0.key, $0.value) }
    guard sortsKeys else { return members }
    return try interpreter.sorted(members) { (left, right) throws(TemplateError) in
      try interpreter.precedes(left.0, right.0)
    }
  }

  private func key(_ key: Value) throws(TemplateError) -> String {
    switch key {
    case .string(let text), .markup(let text): return text
    case .bool(let value): return value ? "true" : "false"
    case .none: return "null"
    case .int(let value): return String(value)
    case .double(let value): return Self.number(value)
    default:
      throw interpreter.error(
        .type, "keys must be str, int, float, bool or None, not \(key.typeName)")
    }
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return Numbers.text(value)
  }

  private mutating func quote(_ string: String) {
    guard ensuresASCII else {
      JSON.writeQuoted(string, to: &text)
      return
    }
    var quoted = ""
    JSON.writeQuoted(string, to: &quoted)
    for scalar in quoted.unicodeScalars {
      if (0x20..<0x7F).contains(scalar.value) {
        text.unicodeScalars.append(scalar)
      } else {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
  }
}
