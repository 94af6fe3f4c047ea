/// Reads the calls that follow an opening mark, as they come in.
protocol CallReader: Sendable {
  /// Reads what it can.
  ///
  /// - Parameter isEnd: whether nothing more will come.
  mutating func read(_ input: inout ByteQueue, _ log: inout CallLog, isEnd: Bool) -> CallReading
}

/// How far a reader is.
enum CallReading: Equatable {
  /// It needs more text.
  case more
  /// The block of calls is over.
  case done
  /// This is no call: the input is as it was, and is text.
  case rejected
}

/// Finds the end of a JSON value, byte by byte.
struct JSONExtent {
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  private var hasBegun = false

  /// Whether the value ends with this byte.
  mutating func ends(with byte: UInt8) -> Bool {
    if isInString {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
        return depth == 0
      }
      return false
    }
    switch byte {
    case UInt8(ascii: "\""): isInString = true
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      depth -= 1
      return depth <= 0
    default: break
    }
    return false
  }
}
