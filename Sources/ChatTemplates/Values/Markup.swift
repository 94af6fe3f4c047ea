/// Text that counts as safe for HTML, as `safe` and `escape` make it (MarkupSafe's `Markup`).
///
/// It is text, but what is joined to it is escaped first. Chat templates have no escaping of their own, so that only
/// these two filters bring it into being, and `~`, blocks and macros make plain text of it again.
enum Markup {
  /// The text with the five characters that HTML gives a meaning written as entities.
  static func escape(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      if let entity = entity(byte) { bytes += entity.utf8 } else { bytes.append(byte) }
    }
    return Text.make(bytes)
  }

  /// How many bytes `escape` adds.
  static func growth(of text: String) -> Int {
    text.utf8.reduce(into: 0) { sum, byte in if let entity = entity(byte) { sum += entity.utf8.count - 1 } }
  }

  private static func entity(_ byte: UInt8) -> String? {
    switch byte {
    case UInt8(ascii: "&"): "&amp;"
    case UInt8(ascii: "<"): "&lt;"
    case UInt8(ascii: ">"): "&gt;"
    case UInt8(ascii: "'"): "&#39;"
    case UInt8(ascii: "\""): "&#34;"
    default: nil
    }
  }
}

extension Value {
  /// The same with markup as plain text.
  var plain: Value {
    if case .markup(let text) = self { return .string(text) }
    return self
  }

  /// The same with texts, and the texts in a list, as markup.
  var markup: Value {
    switch self {
    case .string(let text): .markup(text)
    case .list(let list): .list(ListValue(list.elements.map(\.markup)))
    case .tuple(let list): .tuple(ListValue(list.elements.map(\.markup)))
    default: self
    }
  }
}

extension Interpreter {
  /// The text of a value as it stands in markup: escaped, unless it is markup itself.
  func escaped(_ value: Value) throws(TemplateError) -> String {
    let text = try value.text(self)
    if case .markup = value { return text }
    try charge(bytes: text.utf8.count + Markup.growth(of: text))
    return Markup.escape(text)
  }

  /// `left + right`, `left * right` or `left % right` where one of the two is markup; nil where neither is, or where
  /// Python has no such operation.
  func applyToMarkup(
    _ operation: BinaryOperator, _ left: Value, _ right: Value
  ) throws(TemplateError) -> Value? {
    switch (operation, left, right) {
    case (.add, .markup, .markup), (.add, .markup, .string), (.add, .string, .markup):
      let (left, right) = (try escaped(left), try escaped(right))
      try charge(bytes: left.utf8.count + right.utf8.count)
      return .markup(left + right)
    case (.modulo, .markup(let format), _):
      return .markup(try PercentFormat.apply(format, right, self, escapes: true))
    case (.multiply, .markup(let text), _):
      return try right.integer.map { (count) throws(TemplateError) in
        .markup(try repeated(text, count))
      }
    case (.multiply, _, .markup(let text)):
      return try left.integer.map { (count) throws(TemplateError) in
        .markup(try repeated(text, count))
      }
    default: return nil
    }
  }

  // MARK: Filters

  /// Filters that give markup when they get it. The others see, and give, plain text.
  private static let keepingFilters: Set = [
    "upper", "lower", "capitalize", "trim", "center", "reverse", "indent",
  ]

  func applyFilter(
    named name: String, toMarkup text: String, _ arguments: Arguments
  ) throws(TemplateError) -> Value {
    let value = Value.markup(text)
    switch name {
    case "safe", "escape", "e", "string":
      _ = try arguments.bind([], required: 0, of: name, self)
      return value
    case "default", "d", "pprint": return try filter(named: name)(value, arguments, self)
    case "format": return try filter(named: name)(value, arguments, self).markup
    case "last": return try filter(named: name)(.string(text), arguments, self).markup
    case "truncate": return try filter(named: name)(value, arguments, self)
    default:
      let result = try filter(named: name)(.string(text), arguments, self)
      return Self.keepingFilters.contains(name) ? result.markup : result
    }
  }

  // MARK: Methods

  /// Methods whose result, or whose pieces, are markup again.
  private static let keepingMethods: Set = [
    "split", "rsplit", "splitlines", "partition", "rpartition", "capitalize", "title", "lower", "upper",
    "swapcase",
    "casefold", "lstrip", "rstrip", "strip", "expandtabs", "zfill", "removeprefix", "removesuffix", "replace",
    "ljust",
    "rjust", "center",
  ]

  func call(
    _ name: String, onMarkup text: String, _ given: Arguments
  ) throws(TemplateError) -> Value {
    var arguments = given
    switch name {
    case "join":
      let parts = try arguments.bindPositional(1...1, of: name, self)[0] ?? .none
      var escapedParts: [String] = []
      for part in try elements(of: parts) { escapedParts.append(try escaped(part)) }
      return .markup(try join(escapedParts, text))
    case "format": return .markup(try FormatMethod.apply(text, arguments, self, escapes: true))
    case "replace", "ljust", "rjust", "center":
      // The new text, or the character to fill with.
      if arguments.positional.count > 1 {
        arguments.positional[1] = .string(try escaped(arguments.positional[1]))
      }
    default: break
    }
    let result = try Methods.call(name, on: .string(text), arguments, self)
    return Self.keepingMethods.contains(name) ? result.markup : result
  }
}
