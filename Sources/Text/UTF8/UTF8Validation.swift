/// How far bytes are UTF-8.
package enum UTF8Validation {
  /// The length of an unfinished character at the end of `bytes`, zero where there is none.
  package static func unfinishedLength(_ bytes: some RandomAccessCollection<UInt8>) -> Int {
    for length in 1...3 where length <= bytes.count {
      let tail = Array(bytes.suffix(length))
      if tail[0] & 0xC0 == 0x80 { continue }
      return isUnfinished(tail) ? length : 0
    }
    return 0
  }

  /// Whether `tail`, which begins with no continuation byte, can become a character (Unicode, table 3-7).
  private static func isUnfinished(_ tail: [UInt8]) -> Bool {
    let needed: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch tail[0] {
    case 0xC2...0xDF: needed = 2
    case 0xE0: (needed, second) = (3, 0xA0...0xBF)
    case 0xED: (needed, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: needed = 3
    case 0xF0: (needed, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: needed = 4
    case 0xF4: (needed, second) = (4, 0x80...0x8F)
    default: return false
    }
    if tail.count >= needed { return false }
    return tail.count < 2 || second.contains(tail[1])
  }

  /// Whether all of `bytes` is UTF-8.
  package static func isValid(_ bytes: some Sequence<UInt8>) -> Bool {
    String(validating: Array(bytes), as: UTF8.self) != nil
  }

  /// U+FFFD.
  package static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
}
