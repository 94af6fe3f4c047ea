/// What went wrong while a graph was built or lowered.
public struct GraphError: Error, Sendable, CustomStringConvertible {
  /// What kind of fault it is.
  public enum Code: Sendable, Equatable {
    /// An operation got inputs whose shapes or types it cannot take.
    case badInput
    /// The model needs something that the graph's blocks do not offer.
    case unsupported
    /// A graph that cannot be written: a weight without a format, a duplicate name.
    case incomplete
  }

  /// What kind of fault it is.
  public var code: Code
  /// A sentence for people: which operation, what was expected and what was found.
  public var message: String

  /// Makes an error of `code`.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
