/// What went wrong with a tensor or with reading one.
public struct TensorError: Error, Sendable, CustomStringConvertible {
  /// What kind of fault it is.
  public enum Code: Sendable, Equatable {
    /// Extents that cannot be, or are not those that the model's configuration asks for.
    case badShape
    /// A tensor that the model needs and the checkpoint does not have.
    case missing
    /// The operating system could not open or read a file.
    case unreadable
    /// A read past the end of a file.
    case truncated
    /// A tensor's type cannot be used where it stands.
    case unsupportedType
  }

  /// What kind of fault it is.
  public var code: Code
  /// A sentence for people, naming the tensor or file, what was expected and what was found.
  public var message: String

  /// Makes an error of `code`.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
