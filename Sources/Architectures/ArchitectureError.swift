/// Why a model cannot be baked as its configuration describes it.
public struct ArchitectureError: Error, Sendable, CustomStringConvertible {
  /// What kind of fault it is.
  public enum Code: Sendable, Equatable {
    /// No family of that `model_type`.
    case unknownArchitecture
    /// A key that is missing or of another type than it should be.
    case badConfiguration
    /// A setting that the family knows but this program does not support.
    case unsupported
  }

  /// What kind of fault it is.
  public var code: Code
  /// A sentence for people, naming the key and the value.
  public var message: String
  /// What the user can do; nil where that follows from the code.
  public var mend: String?

  /// Makes an error of `code`.
  public init(_ code: Code, _ message: String, mend: String? = nil) {
    self.code = code
    self.message = message
    self.mend = mend
  }

  public var description: String { mend.map { "\(message). \($0)" } ?? message }
}
