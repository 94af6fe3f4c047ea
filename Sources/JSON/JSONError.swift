/// Why a text is not the JSON that was expected, and where.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of fault it is.
  public enum Code: Sendable, Equatable {
    /// The text ends inside a value.
    case truncated
    /// A character that has no place there.
    case unexpected
    /// A number that is none.
    case badNumber
    /// A string with a bad escape or bytes that are not UTF-8.
    case badString
    /// Arrays and objects nested deeper than the limit.
    case tooDeep
    /// The same member twice in one object, where that was asked to be refused.
    case duplicateKey
    /// More text after the value.
    case trailing
  }

  /// What kind of fault it is.
  public var code: Code
  /// The byte position of the fault.
  public var offset: Int
  /// A sentence for people, without the position.
  public var message: String

  /// Makes an error of `code` at the byte `offset`.
  public init(_ code: Code, at offset: Int, _ message: String) {
    self.code = code
    self.offset = offset
    self.message = message
  }

  public var description: String { "\(message) (byte \(offset))" }
}
