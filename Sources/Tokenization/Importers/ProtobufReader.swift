/// Reads the wire format of Protocol Buffers: fields of varints, fixed words and byte strings.
struct ProtobufReader {
  /// One field's value.
  enum Value {
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    case bytes(ArraySlice<UInt8>)
  }

  private let bytes: ArraySlice<UInt8>
  private var at: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    at = bytes.startIndex
  }

  private func malformed(_ what: String) -> TokenizerError {
    TokenizerError(
      .malformed, "tokenizer.model is not a SentencePiece model: \(what) at byte \(at)",
      mend: "take tokenizer.model from the model's repository again")
  }

  /// The next field; nil at the end.
  mutating func next() throws(TokenizerError) -> (field: Int, value: Value)? {
    guard at < bytes.endIndex else { return nil }
    let key = try varint()
    guard key >> 3 > 0, key >> 3 < 1 << 29 else { throw malformed("a bad field number") }
    let field = Int(key >> 3)
    switch key & 7 {
    case 0: return (field, .varint(try varint()))
    case 1: return (field, .fixed64(try fixed(8)))
    case 2:
      let length = try varint()
      guard length <= UInt64(bytes.endIndex - at) else { throw malformed("a field runs past the end") }
      defer { at += Int(length) }
      return (field, .bytes(bytes[at..<at + Int(length)]))
    case 5: return (field, .fixed32(UInt32(truncatingIfNeeded: try fixed(4))))
    default: throw malformed("wire type \(key & 7)")
    }
  }

  private mutating func varint() throws(TokenizerError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 70 {
      guard at < bytes.endIndex else { throw malformed("the file ends in a number") }
      let byte = bytes[at]
      at += 1
      value |= shift < 64 ? UInt64(byte & 0x7F) << shift : 0
      if byte < 0x80 { return value }
      shift += 7
    }
    throw malformed("a number longer than ten bytes")
  }

  private mutating func fixed(_ count: Int) throws(TokenizerError) -> UInt64 {
    guard bytes.endIndex - at >= count else { throw malformed("the file ends in a number") }
    var value: UInt64 = 0
    for offset in 0..<count { value |= UInt64(bytes[at + offset]) << UInt64(8 * offset) }
    at += count
    return value
  }
}

extension ProtobufReader.Value {
  var int: Int? {
    if case .varint(let value) = self { Int(truncatingIfNeeded: Int64(bitPattern: value)) } else { nil }
  }
  var bool: Bool? { int.map { $0 != 0 } }
  var float: Float? {
    if case .fixed32(let bits) = self { Float(bitPattern: bits) } else { nil }
  }
  var bytes: ArraySlice<UInt8>? {
    if case .bytes(let bytes) = self { bytes } else { nil }
  }
  var string: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
}
