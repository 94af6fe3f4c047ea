/// What went wrong with an IR file.
public struct IRError: Error, Sendable, CustomStringConvertible {
  /// What kind of fault it is.
  public enum Code: Sendable, Equatable {
    /// A graph that cannot be written as it is.
    case cannotWrite
    /// Text that is not the XML of an OpenVINO model.
    case badDocument
    /// A document that goes beyond a limit of the reader.
    case tooLarge
  }

  /// What kind of fault it is.
  public var code: Code
  /// A sentence for people: what, where, expected and found.
  public var message: String

  /// Makes an error of `code`.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
