/// Bytes of a file or of stdin as text: UTF-8, or UTF-16 with its mark. What is something else is said, and not sent
/// to a model as if it were words.
package struct PlainText: Equatable, Sendable {
  /// The text, without a byte-order mark.
  package let text: String
  /// Something that the user may want to know.
  package let note: String?

  /// What the bytes are instead of text.
  package struct Fault: Error, Equatable, Sendable {
    /// Half a sentence: "is no text: …".
    package let reason: String
    package let mend: String
  }

  /// Reads bytes.
  package init(_ bytes: [UInt8]) throws(Fault) {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      self.init(text: try Self.utf8(bytes[3...]), note: "a byte-order mark at its beginning is left out")
    } else if bytes.starts(with: [0xFF, 0xFE]), !bytes.starts(with: [0xFF, 0xFE, 0, 0]) {
      self.init(text: try Self.utf16(bytes[2...]) { $0[1] << 8 | $0[0] }, note: "it is read as UTF-16")
    } else if bytes.starts(with: [0xFE, 0xFF]) {
      self.init(text: try Self.utf16(bytes[2...]) { $0[0] << 8 | $0[1] }, note: "it is read as UTF-16")
    } else {
      self.init(text: try Self.utf8(bytes[...]), note: nil)
    }
  }

  private init(text: String, note: String?) {
    self.text = text
    self.note = note
  }

  private static func utf8(_ bytes: ArraySlice<UInt8>) throws(Fault) -> String {
    if let zero = bytes.firstIndex(of: 0) {
      // Every other byte of Latin letters in UTF-16 is zero.
      let looksWide = bytes.count >= 4 && bytes.count % 2 == 0 && zero - bytes.startIndex < 4
      throw Fault(
        reason: looksWide
          ? "is no UTF-8 text: it looks like UTF-16 without a mark"
          : "is no text: it has a zero byte at \(zero - bytes.startIndex)",
        mend: looksWide
          ? "convert it: iconv -f UTF-16LE -t UTF-8"
          : "give text; what is in a PDF or an archive must be taken out first")
    }
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    let place = firstFault(bytes)
    throw Fault(
      reason: "is no UTF-8 text: it has the byte \(hex(bytes[bytes.startIndex + place])) at \(place)",
      mend: "convert it, for example: iconv -f LATIN1 -t UTF-8")
  }

  private static func utf16(
    _ bytes: ArraySlice<UInt8>, _ unit: ([UInt16]) -> UInt16
  ) throws(Fault) -> String {
    let all = Array(bytes).map(UInt16.init)
    let units = stride(from: 0, to: all.count - 1, by: 2).map { unit([all[$0], all[$0 + 1]]) }
    guard all.count % 2 == 0, let text = String(validating: units, as: UTF16.self) else {
      throw Fault(reason: "begins as UTF-16 and goes on as something else", mend: "convert it to UTF-8")
    }
    return text
  }

  /// Where the longest beginning that is UTF-8 ends.
  private static func firstFault(_ bytes: ArraySlice<UInt8>) -> Int {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var place = 0
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): place += UTF8.width(scalar)
      case .emptyInput, .error: return min(place, bytes.count - 1)
      }
    }
  }

  private static func hex(_ byte: UInt8) -> String { "0x" + String(byte, radix: 16, uppercase: true) }
}
