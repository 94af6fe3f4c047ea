/// A key, or a pasted text.
package enum Key: Equatable, Sendable {
  case text(String)
  case paste(String)
  case enter, newline, tab, escape
  case backspace, delete
  case left, right, up, down, home, end, wordLeft, wordRight
  /// Ctrl with a letter from `a` to `z`.
  case control(Character)
}

/// Turns the bytes of a terminal into keys: UTF-8, and the sequences of ECMA-48 that xterm's kind sends.
package struct KeyDecoder {
  private var pending: [UInt8] = []
  private var pasted: [UInt8]?
  private static let pasteEnd: [UInt8] = Array("\u{1B}[201~".utf8)

  /// A decoder that has seen nothing.
  package init() {}

  /// Whether the bytes so far may be the beginning of a longer sequence; after a pause they are not.
  package var isWaiting: Bool { !pending.isEmpty && pasted == nil }

  /// The keys that are complete with these bytes.
  package mutating func decode(_ bytes: some Sequence<UInt8>) -> [Key] {
    pending += bytes
    var keys: [Key] = []
    while let key = next() { keys.append(contentsOf: key) }
    return keys
  }

  /// What an incomplete sequence was after all: the escape key, and what was typed after it.
  package mutating func flush() -> [Key] {
    guard isWaiting else { return [] }
    let rest = pending
    pending = []
    return rest == [0x1B] ? [.escape] : []
  }

  /// The keys at the beginning of the pending bytes, none for a sequence without meaning; nil if there are too few
  /// bytes.
  private mutating func next() -> [Key]? {
    if pasted != nil { return nextOfPaste() }
    guard let first = pending.first else { return nil }
    if first == 0x1B { return escape() }
    if first < 0x20 || first == 0x7F {
      pending.removeFirst()
      return [Self.control(first)]
    }
    return typed()
  }

  private static func control(_ byte: UInt8) -> Key {
    switch byte {
    case 0x0D: .enter
    case 0x0A: .newline
    case 0x09: .tab
    case 0x7F, 0x08: .backspace
    case 1...26: .control(Character(Unicode.Scalar(byte + 0x60)))
    default: .control("@")
    }
  }

  /// As much text as is complete.
  private mutating func typed() -> [Key]? {
    let end = pending.firstIndex { $0 < 0x20 || $0 == 0x7F } ?? pending.count
    var text = pending[..<end]
    if end == pending.count { text = text.dropLast(Self.incompleteTail(text)) }
    guard !text.isEmpty else { return nil }
    pending.removeFirst(text.count)
    return [.text(String(decoding: text, as: UTF8.self))]
  }

  /// How many bytes at the end begin a character of which more is to come.
  private static func incompleteTail(_ bytes: ArraySlice<UInt8>) -> Int {
    for (count, byte) in bytes.suffix(3).reversed().enumerated() where byte & 0xC0 != 0x80 {
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > count + 1 ? count + 1 : 0
    }
    return 0
  }

  private mutating func escape() -> [Key]? {
    guard pending.count > 1 else { return nil }
    switch pending[1] {
    case UInt8(ascii: "["):
      guard let end = pending[2...].firstIndex(where: { (0x40...0x7E).contains($0) }) else {
        // No sequence is so long: garbage of a broken line.
        if pending.count > 64 { pending = [] }
        return nil
      }
      let parameters = String(decoding: pending[2..<end], as: UTF8.self)
      let final = pending[end]
      pending.removeFirst(end + 1)
      return sequence(parameters, final)
    case UInt8(ascii: "O"):
      guard pending.count > 2 else { return nil }
      let final = pending[2]
      pending.removeFirst(3)
      return sequence("", final)
    case 0x0D, 0x0A: return take(2, .newline)
    case UInt8(ascii: "b"): return take(2, .wordLeft)
    case UInt8(ascii: "f"): return take(2, .wordRight)
    case 0x7F: return take(2, .control("w"))
    default: return take(1, .escape)
    }
  }

  private mutating func take(_ count: Int, _ key: Key) -> [Key] {
    pending.removeFirst(count)
    return [key]
  }

  private mutating func sequence(_ parameters: String, _ final: UInt8) -> [Key] {
    let isWord = parameters.hasSuffix(";5") || parameters.hasSuffix(";3")
    switch Character(Unicode.Scalar(final)) {
    case "A": return [.up]
    case "B": return [.down]
    case "C": return [isWord ? .wordRight : .right]
    case "D": return [isWord ? .wordLeft : .left]
    case "H": return [.home]
    case "F": return [.end]
    case "~": return tilde(parameters)
    default: return []
    }
  }

  private mutating func tilde(_ parameters: String) -> [Key] {
    switch parameters.split(separator: ";").first {
    case "1", "7": return [.home]
    case "4", "8": return [.end]
    case "3": return [.delete]
    case "200":
      pasted = []
      return []
    default: return []
    }
  }

  private mutating func nextOfPaste() -> [Key]? {
    guard var text = pasted else { return nil }
    // The end may arrive in two halves, so its possible beginning stays.
    if let end = Self.find(Self.pasteEnd, in: pending) {
      text += pending[..<end]
      pending.removeFirst(end + Self.pasteEnd.count)
      pasted = nil
      let lines = String(decoding: text, as: UTF8.self)
      return [.paste(lines.replacing("\r\n", with: "\n").replacing("\r", with: "\n"))]
    }
    let sure = max(0, pending.count - Self.pasteEnd.count + 1)
    pasted = text + pending[..<sure]
    pending.removeFirst(sure)
    return nil
  }

  private static func find(_ needle: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= needle.count else { return nil }
    return (0...(bytes.count - needle.count)).first { bytes[$0...].starts(with: needle) }
  }
}
