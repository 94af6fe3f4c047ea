/// What is wrong with a wish to quantise.
public struct QuantizationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of fault it is.
  public enum Code: Sendable, Equatable {
    /// A format for which there is no quantiser.
    case unsupportedFormat
    /// Options that contradict each other or are out of their range.
    case badRecipe
    /// What the device that was asked for is known to refuse.
    case refusedByTarget
    /// A weight that cannot be quantised as was asked.
    case badShape
  }

  /// What kind of fault it is.
  public var code: Code
  /// A sentence for people: what, expected and got.
  public var message: String
  /// What to do about it; empty where nothing can be said.
  public var mend: String

  /// Makes an error of `code`.
  public init(_ code: Code, _ message: String, mend: String = "") {
    self.code = code
    self.message = message
    self.mend = mend
  }

  public var description: String { mend.isEmpty ? message : "\(message); \(mend)" }
}
