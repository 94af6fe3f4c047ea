import JSON

/// Calls whose arguments are written as a programming language's literals: Python's calls with keywords (LFM2, Llama 4),
/// or Gemma's objects with bare keys. They are read when the block is whole.
struct LiteralCallReader: CallReader {
  /// How the literals are written.
  enum Style: Sendable {
    /// `[name(key='text', other=2)]`, or a call alone.
    case python
    /// `call:name{key:MARKtextMARK,other:2}`.
    case gemma(quote: String)
  }

  private let style: Style
  private let close: String
  /// Whether there is no opening mark: what is no call of a known tool is text.
  private let isBare: Bool

  init(_ style: Style, close: String, isBare: Bool = false) {
    self.style = style
    self.close = close
    self.isBare = isBare
  }

  mutating func read(_ input: inout ByteQueue, _ log: inout CallLog, isEnd: Bool) -> CallReading {
    if isBare { return readBare(&input, &log, isEnd: isEnd) }
    guard let found = input.find([close]) else {
      if isEnd { begin(partial: String(decoding: input.takeAll(), as: UTF8.self), &log) }
      return .more
    }
    let text = String(decoding: input.take(found.offset), as: UTF8.self)
    input.take(found.text.utf8.count)
    add(text, &log)
    return .done
  }

  private func calls(_ text: String) -> [(name: String, arguments: JSONObject)]? {
    var parser = LiteralParser(text)
    switch style {
    case .python: return parser.pythonCalls()
    case .gemma(let quote):
      parser.quote = Array(quote.unicodeScalars)
      return parser.gemmaCall().map { [$0] }
    }
  }

  private func add(_ text: String, _ log: inout CallLog) {
    // What cannot be read might still be what the model wanted to call: its name is all that is sure.
    guard let calls = calls(text) else { return begin(partial: text, &log) }
    for (name, arguments) in calls { log.call(name, .object(arguments)) }
  }

  private func begin(partial text: String, _ log: inout CallLog) {
    let stop = text.firstIndex { $0 == "(" || $0 == "{" }
    guard let stop else { return }
    var name = text[..<stop].drop { $0 == "[" || $0.isWhitespace }
    if name.hasPrefix("call:") { name = name.dropFirst(5) }
    guard !name.isEmpty else { return }
    log.begin(String(name))
    log.end(isComplete: false)
  }

  private func readBare(_ input: inout ByteQueue, _ log: inout CallLog, isEnd: Bool) -> CallReading {
    var ahead = input
    ahead.skipBlanks()
    guard ahead.take("[") else { return ahead.isEmpty && !isEnd ? .more : .rejected }
    let head = ahead.bytes.prefix { $0 != UInt8(ascii: "(") }
    let name = String(decoding: head, as: UTF8.self)
    guard head.count < ahead.bytes.count else {
      let mayBecome = log.tools.contains { $0.name.hasPrefix(name) }
      return mayBecome && !isEnd ? .more : .rejected
    }
    guard log.tool(name) != nil else { return .rejected }
    // The list ends at the first `]` at which it can be read.
    let bytes = input.bytes
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "]") {
      let text = String(decoding: bytes.prefix(index + 1), as: UTF8.self)
      guard let calls = calls(text) else { continue }
      input.take(index + 1)
      for (name, arguments) in calls { log.call(name, .object(arguments)) }
      return .done
    }
    if isEnd { begin(partial: String(decoding: input.takeAll(), as: UTF8.self), &log) }
    return .more
  }
}

/// Reads literals.
struct LiteralParser {
  private let text: [Unicode.Scalar]
  private var position = 0
  private var depth = 0
  /// The mark around a text, where it is not a quote of Python's.
  var quote: [Unicode.Scalar] = []

  init(_ source: String) { text = Array(source.unicodeScalars) }

  private var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

  private mutating func skip() {
    while let scalar = next, scalar.properties.isWhitespace { position += 1 }
  }

  private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
    skip()
    guard next == wanted else { return false }
    position += 1
    return true
  }

  private mutating func take(_ wanted: [Unicode.Scalar]) -> Bool {
    guard !wanted.isEmpty, position + wanted.count <= text.count,
      text[position..<position + wanted.count].elementsEqual(wanted)
    else { return false }
    position += wanted.count
    return true
  }

  private mutating func name() -> String {
    skip()
    var result = ""
    while let scalar = next,
      scalar.properties.isAlphabetic || "_.-$0123456789".unicodeScalars.contains(scalar)
    {
      result.unicodeScalars.append(scalar)
      position += 1
    }
    return result
  }

  // MARK: Python

  mutating func pythonCalls() -> [(name: String, arguments: JSONObject)]? {
    let isList = take("[")
    var result: [(name: String, arguments: JSONObject)] = []
    while true {
      if isList, take("]") { break }
      guard let call = pythonCall() else { return nil }
      result.append(call)
      let isMore = take(",") || take(";")
      if !isMore {
        if isList, !take("]") { return nil }
        break
      }
    }
    skip()
    return next == nil ? result : nil
  }

  private mutating func pythonCall() -> (name: String, arguments: JSONObject)? {
    let function = name()
    guard !function.isEmpty, take("(") else { return nil }
    var arguments = JSONObject()
    while !take(")") {
      let key = name()
      guard !key.isEmpty, take("="), let value = argument() else { return nil }
      arguments[key] = value
      if !take(",") {
        guard take(")") else { return nil }
        break
      }
    }
    return (function, arguments)
  }

  /// An argument's value. A text may hold quotes that nobody escaped: it ends where the next argument begins, or the
  /// call ends.
  private mutating func argument() -> JSON? {
    skip()
    guard let mark = next, mark == "'" || mark == "\"" else { return value() }
    let start = position
    if let text = string(), endsArgument() { return text }
    for end in start + 1..<max(start + 1, text.count) where text[end] == mark {
      position = end + 1
      if endsArgument() { return .string(String(String.UnicodeScalarView(text[start + 1..<end]))) }
    }
    return nil
  }

  /// Whether another argument follows, or the end of the calls or the next one.
  private func endsArgument() -> Bool {
    var ahead = self
    if ahead.take(",") { return !ahead.name().isEmpty && ahead.take("=") }
    guard ahead.take(")") else { return false }
    ahead.skip()
    return ahead.next == nil || ahead.next == "]" || ahead.next == "," || ahead.next == ";"
  }

  /// A whole text that is one literal.
  mutating func literal() -> JSON? {
    let result = value()
    skip()
    return next == nil ? result : nil
  }

  // MARK: Gemma

  mutating func gemmaCall() -> (name: String, arguments: JSONObject)? {
    skip()
    guard take(Array("call:".unicodeScalars)) else { return nil }
    let function = name()
    guard !function.isEmpty, let arguments = value()?.object else { return nil }
    skip()
    return next == nil ? (function, arguments) : nil
  }

  // MARK: Values

  private mutating func value() -> JSON? {
    depth += 1
    defer { depth -= 1 }
    skip()
    guard depth < 100, let scalar = next else { return nil }
    if take(quote) { return quoted() }
    switch scalar {
    case "'", "\"": return string()
    case "[", "(":
      position += 1
      let end: Unicode.Scalar = scalar == "[" ? "]" : ")"
      var elements: [JSON] = []
      while !take(end) {
        guard let element = value() else { return nil }
        elements.append(element)
        if !take(",") {
          guard take(end) else { return nil }
          break
        }
      }
      return .array(elements)
    case "{": return object()
    default: return word()
    }
  }

  private mutating func object() -> JSON? {
    position += 1
    var members = JSONObject()
    while !take("}") {
      skip()
      let key: String
      if take(quote) {
        guard let text = quoted()?.string else { return nil }
        key = text
      } else if next == "'" || next == "\"" {
        guard let text = string()?.string else { return nil }
        key = text
      } else {
        key = name()
        if key.isEmpty { return nil }
      }
      guard take(":"), let value = value() else { return nil }
      members[key] = value
      if !take(",") {
        guard take("}") else { return nil }
        break
      }
    }
    return .object(members)
  }

  private mutating func quoted() -> JSON? {
    var result = ""
    while next != nil {
      if take(quote) { return .string(result) }
      if let scalar = next { result.unicodeScalars.append(scalar) }
      position += 1
    }
    return nil
  }

  private mutating func string() -> JSON? {
    guard let mark = next else { return nil }
    position += 1
    var result = ""
    while let scalar = next {
      position += 1
      if scalar == mark { return .string(result) }
      guard scalar == "\\", let escaped = next else {
        result.unicodeScalars.append(scalar)
        continue
      }
      position += 1
      switch escaped {
      case "n": result += "\n"
      case "t": result += "\t"
      case "r": result += "\r"
      case "\\", "'", "\"": result.unicodeScalars.append(escaped)
      case "u", "x":
        var value: UInt32 = 0
        for _ in 0..<(escaped == "u" ? 4 : 2) {
          guard let digit = next?.hexDigit else { return nil }
          value = value * 16 + digit
          position += 1
        }
        result.unicodeScalars.append(Unicode.Scalar(value) ?? "\u{FFFD}")
      default:
        result.unicodeScalars.append("\\")
        result.unicodeScalars.append(escaped)
      }
    }
    return nil
  }

  private mutating func word() -> JSON? {
    var result = ""
    while let scalar = next, scalar.isASCII,
      scalar.properties.isAlphabetic || "+-.0123456789_".unicodeScalars.contains(scalar)
    {
      result.unicodeScalars.append(scalar)
      position += 1
    }
    switch result {
    case "True", "true": return true
    case "False", "false": return false
    case "None", "null", "none": return .null
    default:
      guard let value = try? JSON(parsing: result), value.double?.isFinite == true else { return nil }
      return value
    }
  }
}
