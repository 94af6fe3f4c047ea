import JSON

/// The members of a JSON object, one at a time: a header of a hundred megabytes must not become a tree of a
/// gigabyte before anything in it has been looked at.
struct SafetensorsHeader {
  private let bytes: [UInt8]
  private let file: String
  private var position = 0

  /// A member may have this many bytes: far more than the axes of a tensor, or any notes, need.
  private static let maximumMemberByteCount = 1 << 24

  /// The members of the object that `bytes` are; `file` is for messages.
  init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// Calls `body` with each key and value, in order.
  /// - Throws: `CheckpointError` of code `malformed` for what is not JSON, and what `body` throws.
  mutating func forEach(_ body: (String, JSON) throws -> Void) throws {
    try expect("{")
    if peek() == UInt8(ascii: "}") { return try finish() }
    while true {
      let start = position
      guard peek() == UInt8(ascii: "\"") else { throw malformed("a name is missing") }
      try skipValue()
      guard let key = try parse(start..<position).string else { throw malformed("a name is missing") }
      try expect(":")
      _ = peek()
      let valueStart = position
      try skipValue()
      try body(key, try parse(valueStart..<position))
      if peek() == UInt8(ascii: "}") { return try finish() }
      try expect(",")
      _ = peek()
    }
  }

  private func malformed(_ what: String) -> CheckpointError {
    CheckpointError(
      .malformed, "the header of \(file) is not the JSON of a safetensors file: \(what) (byte \(position))")
  }

  /// The next byte that is not white space, which stays to be read.
  private mutating func peek() -> UInt8? {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return bytes[position]
      }
    }
    return nil
  }

  private mutating func expect(_ character: Character) throws(CheckpointError) {
    guard peek() == character.asciiValue else { throw malformed("'\(character)' is missing") }
    position += 1
  }

  private mutating func finish() throws(CheckpointError) {
    position += 1
    // Headers are padded with spaces.
    guard peek() == nil else { throw malformed("something follows the object") }
  }

  /// Moves behind a value: to the end of its brackets, its string, or its word. What is in it is checked later.
  private mutating func skipValue() throws(CheckpointError) {
    var depth = 0
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""): try skipString()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return }
        depth -= 1
        position += 1
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        if depth == 0 { return }
        position += 1
        continue
      default:
        position += 1
        continue
      }
      if depth == 0 { return }
    }
    throw malformed("it is cut off")
  }

  private mutating func skipString() throws(CheckpointError) {
    position += 1
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard position < bytes.count else { throw malformed("it is cut off") }
    position += 1
  }

  private func parse(_ range: Range<Int>) throws(CheckpointError) -> JSON {
    guard range.count <= SafetensorsHeader.maximumMemberByteCount else {
      throw malformed("a member of \(range.count) bytes")
    }
    do throws(JSONError) {
      return try JSON(
        parsing: bytes[range], options: JSONReadingOptions(maximumDepth: 8, refusesDuplicateKeys: true))
    } catch {
      throw malformed("\(error)")
    }
  }
}
