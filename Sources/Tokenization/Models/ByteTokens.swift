/// The tokens `<0x00>` to `<0xFF>` that stand for single bytes.
enum ByteTokens {
  /// The id of each byte's token, nil where the vocabulary has none.
  static func ids(in vocabulary: Vocabulary) -> [UInt32?] {
    (0...255).map { byte in vocabulary.id(of: name(of: UInt8(byte))).map(UInt32.init) }
  }

  private static func name(of byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)], UInt8(ascii: ">")]
  }

  /// The byte that a token stands for. Digits may be in either case, and the first may be a plus sign,
  /// because the reference reads them as a number.
  static func byte(of token: UnsafeBufferPointer<UInt8>) -> UInt8? {
    guard token.count == 6, token[0] == UInt8(ascii: "<"), token[1] == UInt8(ascii: "0"),
      token[2] == UInt8(ascii: "x"), token[5] == UInt8(ascii: ">"),
      let high = token[3] == UInt8(ascii: "+") ? 0 : digit(token[3]), let low = digit(token[4])
    else { return nil }
    return high << 4 | low
  }

  private static func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
