import Text

/// Steps through JSON text without making values of it. Every function returns false at what it does not
/// expect.
struct JSONScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  private(set) var position = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private mutating func skipSpace() {
    while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
  }

  /// The next character that is no white space.
  mutating func peek() -> UInt8? {
    skipSpace()
    return position < bytes.count ? bytes[position] : nil
  }

  /// Steps over a character.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// Steps through a list: calls `body` at every element.
  mutating func elements(
    open: Unicode.Scalar, close: Unicode.Scalar, _ body: (inout JSONScanner) -> Bool
  ) -> Bool {
    guard take(open) else { return false }
    if take(close) { return true }
    repeat {
      guard body(&self) else { return false }
    } while take(",")
    return take(close)
  }

  /// Steps through an object: calls `body` at every value with the member's name.
  mutating func members(_ body: (inout JSONScanner, String) -> Bool) -> Bool {
    elements(open: "{", close: "}") { scanner in
      var key = ByteStrings()
      guard scanner.string(into: &key), scanner.take(":") else { return false }
      scanner.skipSpace()
      return body(&scanner, String(decoding: key[0], as: UTF8.self))
    }
  }

  /// Steps over any value.
  mutating func skipValue() -> Bool {
    var depth = 0
    repeat {
      switch peek() {
      case nil: return false
      case UInt8(ascii: "\""): guard skipString() else { return false }
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        position += 1
        continue
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        position += 1
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        position += 1
        continue
      default: if number().isEmpty { return false }
      }
      if depth < 0 { return false }
    } while depth > 0
    return true
  }

  private mutating func skipString() -> Bool {
    position += 1
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return true
      case UInt8(ascii: "\\"): position += 2
      default: position += 1
      }
    }
    return false
  }

  /// The characters of a number or a word such as `null`.
  mutating func number() -> ArraySlice<UInt8> {
    skipSpace()
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
        position += 1
      default: return ArraySlice(bytes[start..<position])
      }
    }
    return ArraySlice(bytes[start..<position])
  }

  /// A whole number from 0 to 2^31 - 1.
  mutating func integer() -> Int32? {
    skipSpace()
    let start = position
    var value = 0
    while position < bytes.count, case let digit = Int(bytes[position]) - 0x30, (0...9).contains(digit) {
      value = value * 10 + digit
      position += 1
      if value > Int(Int32.max) { return nil }
    }
    if position < bytes.count,
      [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[position])
    {
      return nil
    }
    return position > start ? Int32(value) : nil
  }

  /// Reads a string and appends it.
  mutating func string(into strings: inout ByteStrings) -> Bool {
    guard take("\"") else { return false }
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        strings.append(bytes[start..<position])
        position += 1
        return true
      }
      if byte == UInt8(ascii: "\\") { return escapedString(from: start, into: &strings) }
      if byte < 0x20 { return false }
      position += 1
    }
    return false
  }

  private mutating func escapedString(from start: Int, into strings: inout ByteStrings) -> Bool {
    var text = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        strings.append(text)
        return true
      case UInt8(ascii: "\\"): guard escape(into: &text) else { return false }
      case 0..<0x20: return false
      default: text.append(byte)
      }
    }
    return false
  }

  private mutating func escape(into text: inout [UInt8]) -> Bool {
    guard position < bytes.count else { return false }
    let escape = bytes[position]
    position += 1
    switch escape {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      guard let scalar = unicodeEscape() else { return false }
      text.append(scalar: scalar)
    default: return false
    }
    return true
  }

  /// The scalar after `\u`; half a surrogate pair on its own is left to the JSON parser.
  private mutating func unicodeEscape() -> Unicode.Scalar? {
    guard let first = hexDigits() else { return nil }
    guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) }
    guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    else { return nil }
    position += 2
    guard let second = hexDigits(), (0xDC00..<0xE000).contains(second) else { return nil }
    return Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
  }

  private mutating func hexDigits() -> UInt32? {
    guard position + 4 <= bytes.count else { return nil }
    var value: UInt32 = 0
    for _ in 0..<4 {
      switch bytes[position] {
      case let digit where (0x30...0x39).contains(digit): value = value << 4 | UInt32(digit - 0x30)
      case let digit where (0x41...0x46).contains(digit & 0xDF):
        value = value << 4 | UInt32((digit & 0xDF) - 0x37)
      default: return nil
      }
      position += 1
    }
    return value
  }
}
