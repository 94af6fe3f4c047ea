/// The alphabet of byte-level tokenizers: every byte has a printable character.
///
/// Printable Latin-1 bytes stand for themselves; the 68 others are U+0100, U+0101… in their order. This is
/// the table of OpenAI's GPT-2 encoder.
@usableFromInline
package enum ByteAlphabet {
  /// The character of each of the 256 bytes.
  package static let scalars: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (0...255).map { (byte: UInt32) in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(byte) ?? " "
      default:
        defer { next += 1 }
        return Unicode.Scalar(next) ?? " "
      }
    }
  }()

  /// The byte of each character up to U+0143, -1 where it has none.
  @usableFromInline static let bytes: [Int16] = {
    var table = [Int16](repeating: -1, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { table[Int(scalar.value)] = Int16(byte) }
    return table
  }()

  /// The byte that `scalar` stands for, nil where it is not of the alphabet.
  @inlinable @inline(__always)
  package static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    guard scalar.value < 0x144 else { return nil }
    let byte = bytes[Int(scalar.value)]
    return byte < 0 ? nil : UInt8(truncatingIfNeeded: byte)
  }

  /// The bytes that a text of the alphabet stands for, nil where a character is not of the alphabet.
  package static func decode(_ text: UnsafeBufferPointer<UInt8>, into result: inout [UInt8]) -> Bool {
    let start = result.count
    var index = 0
    while index < text.count {
      let (scalar, length) = text.scalar(at: index)
      guard let byte = byte(of: scalar) else {
        result.removeLast(result.count - start)
        return false
      }
      result.append(byte)
      index += length
    }
    return true
  }

  /// The text that stands for `bytes`.
  package static func text(_ bytes: [UInt8]) -> String {
    var text = String.UnicodeScalarView()
    for byte in bytes { text.append(scalars[Int(byte)]) }
    return String(text)
  }
}
