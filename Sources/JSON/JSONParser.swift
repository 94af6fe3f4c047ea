/// How strictly a JSON text is read.
public struct JSONReadingOptions: Sendable {
  /// Arrays and objects inside one another at most.
  public var maximumDepth: Int
  /// Refuse an object that names a member twice. Otherwise the last one counts, as in Python.
  public var refusesDuplicateKeys: Bool

  /// The defaults read whatever Python's `json` reads, up to 256 levels deep.
  public init(maximumDepth: Int = 256, refusesDuplicateKeys: Bool = false) {
    self.maximumDepth = maximumDepth
    self.refusesDuplicateKeys = refusesDuplicateKeys
  }
}

extension JSON {
  /// Reads one JSON value from UTF-8 bytes.
  ///
  /// `NaN`, `Infinity` and `-Infinity` are accepted because Python writes them into `config.json` files.
  /// - Throws: `JSONError` with the byte position of the fault.
  public init(parsing bytes: some Sequence<UInt8>, options: JSONReadingOptions = .init()) throws(JSONError) {
    let result: Result<JSON, JSONError>? = bytes.withContiguousStorageIfAvailable { buffer in
      JSON.read(buffer, options)
    }
    if let result {
      self = try result.get()
    } else {
      self = try Array(bytes).withUnsafeBufferPointer { JSON.read($0, options) }.get()
    }
  }

  /// Reads one JSON value from a string.
  /// - Throws: `JSONError` with the position of the fault in the string's UTF-8 form.
  public init(parsing text: String, options: JSONReadingOptions = .init()) throws(JSONError) {
    try self.init(parsing: Array(text.utf8), options: options)
  }

  private static func read(
    _ buffer: UnsafeBufferPointer<UInt8>, _ options: JSONReadingOptions
  ) -> Result<JSON, JSONError> {
    var parser = JSONParser(bytes: buffer, options: options)
    do throws(JSONError) {
      return .success(try parser.parseDocument())
    } catch {
      return .failure(error)
    }
  }
}

/// A recursive-descent parser over borrowed bytes. Never escapes the call that lends the bytes.
private struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  let options: JSONReadingOptions
  var position = 0

  init(bytes: UnsafeBufferPointer<UInt8>, options: JSONReadingOptions) {
    self.bytes = bytes
    self.options = options
  }

  mutating func parseDocument() throws(JSONError) -> JSON {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw JSONError(.unexpected, at: 0, "the text is UTF-16, and JSON is UTF-8")
    }
    let value = try parseValue(depth: 0)
    skipSpace()
    guard position == bytes.count else {
      throw JSONError(.trailing, at: position, "there is more text after the JSON value")
    }
    return value
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private func peek() throws(JSONError) -> UInt8 {
    guard position < bytes.count else {
      throw JSONError(.truncated, at: position, "the JSON text ends inside a value")
    }
    return bytes[position]
  }

  private mutating func parseValue(depth: Int) throws(JSONError) -> JSON {
    skipSpace()
    switch try peek() {
    case UInt8(ascii: "{"): return try parseObject(depth: depth + 1)
    case UInt8(ascii: "["): return try parseArray(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    case UInt8(ascii: "N"): return try parseWord("NaN", .double(.nan))
    case UInt8(ascii: "I"): return try parseWord("Infinity", .double(.infinity))
    default: return try parseNumber()
    }
  }

  private mutating func parseWord(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
    let length = word.utf8CodeUnitCount
    guard position + length <= bytes.count else {
      throw JSONError(.truncated, at: position, "the JSON text ends inside a value")
    }
    for index in 0..<length where bytes[position + index] != word.utf8Start[index] {
      throw JSONError(.unexpected, at: position, "expected \(word)")
    }
    position += length
    return value
  }

  private func checkDepth(_ depth: Int) throws(JSONError) {
    guard depth <= options.maximumDepth else {
      throw JSONError(.tooDeep, at: position, "JSON nested deeper than \(options.maximumDepth) levels")
    }
  }

  private mutating func parseObject(depth: Int) throws(JSONError) -> JSON {
    try checkDepth(depth)
    position += 1
    var members = JSONObject()
    skipSpace()
    if try peek() == UInt8(ascii: "}") {
      position += 1
      return .object(members)
    }
    while true {
      skipSpace()
      let keyPosition = position
      guard try peek() == UInt8(ascii: "\"") else {
        throw JSONError(.unexpected, at: position, "expected a member's name in quotes")
      }
      let key = try parseString()
      skipSpace()
      guard try peek() == UInt8(ascii: ":") else {
        throw JSONError(.unexpected, at: position, "expected ':' after the member's name")
      }
      position += 1
      let value = try parseValue(depth: depth)
      let replaced = members.updateValue(value, forKey: key)
      if replaced != nil, options.refusesDuplicateKeys {
        throw JSONError(.duplicateKey, at: keyPosition, "the member '\(key.prefix(80))' appears twice")
      }
      if try endOfList(closing: UInt8(ascii: "}")) { return .object(members) }
    }
  }

  private mutating func parseArray(depth: Int) throws(JSONError) -> JSON {
    try checkDepth(depth)
    position += 1
    var elements: [JSON] = []
    skipSpace()
    if try peek() == UInt8(ascii: "]") {
      position += 1
      return .array(elements)
    }
    while true {
      elements.append(try parseValue(depth: depth))
      if try endOfList(closing: UInt8(ascii: "]")) { return .array(elements) }
    }
  }

  /// Reads the comma between two elements (false) or the closing bracket (true).
  private mutating func endOfList(closing: UInt8) throws(JSONError) -> Bool {
    skipSpace()
    let byte = try peek()
    guard byte == UInt8(ascii: ",") || byte == closing else {
      throw JSONError(.unexpected, at: position, "expected ',' or '\(Character(Unicode.Scalar(closing)))'")
    }
    position += 1
    return byte == closing
  }

  private mutating func parseNumber() throws(JSONError) -> JSON {
    let start = position
    var isInteger = true
    if try peek() == UInt8(ascii: "-") { position += 1 }
    if position < bytes.count, bytes[position] == UInt8(ascii: "I") {
      _ = try parseWord("Infinity", .null)
      return .double(-.infinity)
    }
    scan: while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): break
      case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"), UInt8(ascii: "-"):
        isInteger = false
      default: break scan
      }
      position += 1
    }
    guard position > start else {
      throw JSONError(.unexpected, at: start, "expected a JSON value")
    }
    if isInteger, let value = smallInteger(from: start) { return .int(value) }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let first = text.first(where: { $0 != "-" }), first.isASCII, first.isNumber else {
      throw JSONError(.badNumber, at: start, "'\(text.prefix(40))' is no JSON number")
    }
    if isInteger, let value = Int(text) { return .int(value) }
    guard let value = Double(text) else {
      throw JSONError(.badNumber, at: start, "'\(text.prefix(40))' is no JSON number")
    }
    return .double(value)
  }

  /// The usual case, an integer of at most 18 digits, without making a string of it.
  private func smallInteger(from start: Int) -> Int? {
    let isNegative = bytes[start] == UInt8(ascii: "-")
    let digits = bytes[(isNegative ? start + 1 : start)..<position]
    guard (1...18).contains(digits.count) else { return nil }
    var value = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return isNegative ? -value : value
  }

  private mutating func parseString() throws(JSONError) -> String {
    position += 1
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        let run = UnsafeBufferPointer(rebasing: bytes[start..<position])
        guard let text = String(validating: run, as: UTF8.self) else {
          throw JSONError(.badString, at: start, "a string that is not UTF-8")
        }
        position += 1
        return text
      case UInt8(ascii: "\\"): return try parseEscapedString(from: start)
      case 0..<0x20:
        throw JSONError(.badString, at: position, "a control character in a string")
      default: position += 1
      }
    }
    throw JSONError(.truncated, at: start, "the JSON text ends inside a string")
  }

  /// The slow path, for strings with escapes: collects the unescaped bytes.
  private mutating func parseEscapedString(from start: Int) throws(JSONError) -> String {
    var collected = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: collected, as: UTF8.self) else {
          throw JSONError(.badString, at: start, "a string that is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): try parseEscape(into: &collected)
      case 0..<0x20:
        throw JSONError(.badString, at: position - 1, "a control character in a string")
      default: collected.append(byte)
      }
    }
    throw JSONError(.truncated, at: start, "the JSON text ends inside a string")
  }

  private mutating func parseEscape(into collected: inout [UInt8]) throws(JSONError) {
    let escape = try peek()
    position += 1
    switch escape {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): collected.append(escape)
    case UInt8(ascii: "b"): collected.append(0x08)
    case UInt8(ascii: "f"): collected.append(0x0C)
    case UInt8(ascii: "n"): collected.append(0x0A)
    case UInt8(ascii: "r"): collected.append(0x0D)
    case UInt8(ascii: "t"): collected.append(0x09)
    case UInt8(ascii: "u"): collected.append(contentsOf: String(try parseUnicodeEscape()).utf8)
    default: throw JSONError(.badString, at: position - 1, "an unknown escape in a string")
    }
  }

  /// The scalar after `\u`; half a surrogate pair on its own becomes U+FFFD.
  private mutating func parseUnicodeEscape() throws(JSONError) -> Character {
    let first = try parseHexDigits()
    guard (0xD800..<0xDC00).contains(first) else {
      return Character(Unicode.Scalar(first) ?? "\u{FFFD}")
    }
    let mark = position
    if position + 6 <= bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    {
      position += 2
      let second = try parseHexDigits()
      if (0xDC00..<0xE000).contains(second) {
        let scalar = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
        return Character(Unicode.Scalar(scalar) ?? "\u{FFFD}")
      }
      position = mark
    }
    return "\u{FFFD}"
  }

  private mutating func parseHexDigits() throws(JSONError) -> UInt32 {
    guard position + 4 <= bytes.count else {
      throw JSONError(.truncated, at: position, "the JSON text ends inside an escape")
    }
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
        throw JSONError(.badString, at: position, "a \\u escape without four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
