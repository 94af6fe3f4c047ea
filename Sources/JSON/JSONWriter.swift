extension JSON {
  /// How a value is laid out as text.
  public enum Layout: Sendable {
    /// No white space at all: `{"a":1,"b":[1,2]}`.
    case compact
    /// One member a line, indented by two spaces, as Hugging Face's own files are.
    case pretty
  }

  /// The value as JSON text.
  ///
  /// Characters outside of ASCII are written as they are; numbers that JSON has no form for are written the way
  /// Python does (`NaN`, `Infinity`).
  public func serialized(_ layout: Layout = .compact) -> String {
    var text = ""
    write(to: &text, layout, indent: 0)
    return text
  }

  private func write(to text: inout String, _ layout: Layout, indent: Int) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += String(value)
    case .double(let value): text += JSON.number(value)
    case .string(let value): JSON.writeQuoted(value, to: &text)
    case .array(let elements):
      JSON.writeList(elements, "[", "]", to: &text, layout, indent) { element, text in
        element.write(to: &text, layout, indent: indent + 1)
      }
    case .object(let members):
      JSON.writeList(members, "{", "}", to: &text, layout, indent) { member, text in
        JSON.writeQuoted(member.key, to: &text)
        text += layout == .pretty ? ": " : ":"
        member.value.write(to: &text, layout, indent: indent + 1)
      }
    }
  }

  private static func writeList<Elements: Sequence>(
    _ elements: Elements, _ opening: String, _ closing: String, to text: inout String, _ layout: Layout,
    _ indent: Int, _ writeElement: (Elements.Element, inout String) -> Void
  ) {
    text += opening
    var isFirst = true
    for element in elements {
      if !isFirst { text += "," }
      isFirst = false
      if layout == .pretty { text += "\n" + String(repeating: "  ", count: indent + 1) }
      writeElement(element, &text)
    }
    if layout == .pretty, !isFirst { text += "\n" + String(repeating: "  ", count: indent) }
    text += closing
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return value.description
  }

  /// Appends `string` in quotes, with the escapes that RFC 8259 demands and no others.
  public static func writeQuoted(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{08}": text += "\\b"
      case "\u{0C}": text += "\\f"
      case "\u{00}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
