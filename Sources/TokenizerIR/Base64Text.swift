/// Base64 (RFC 4648).
enum Base64Text {
  /// nil when the text is not base64.
  static func decode(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var word: UInt32 = 0
    var bits = 0
    for byte in text.utf8 {
      let value: UInt32
      switch byte {
      case 65...90: value = UInt32(byte) - 65
      case 97...122: value = UInt32(byte) - 71
      case 48...57: value = UInt32(byte) + 4
      case 43: value = 62
      case 47: value = 63
      case 61: continue
      default: return nil
      }
      word = word << 6 | value
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
      }
    }
    return bytes
  }

  static func encode(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var out: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)] + [0, 0]
      let word = part.prefix(3).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      let group = [18, 12, 6, 0].map { alphabet[Int(word >> UInt32($0)) & 63] }
      let digits = min(bytes.count - start, 3) + 1
      out += group.prefix(digits) + [UInt8](repeating: 61, count: 4 - digits)
    }
    return String(decoding: out, as: UTF8.self)
  }
}
