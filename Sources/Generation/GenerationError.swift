/// Why text cannot be generated.
public struct GenerationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of fault it is.
  public enum Code: Sendable, Equatable {
    /// An option with a value outside of its legal range.
    case badOption
    /// A file with options that makes no sense.
    case badFile
    /// A prompt that is empty or does not fit into the context.
    case badPrompt
    /// The device returned logits from which no token can be chosen.
    case badLogits
  }

  /// What kind of fault it is.
  public var code: Code
  /// A sentence for people.
  public var message: String
  /// What to do about it.
  public var mend: String

  /// Makes an error of `code`.
  public init(_ code: Code, _ message: String, mend: String = "") {
    self.code = code
    self.message = message
    self.mend = mend
  }

  public var description: String { mend.isEmpty ? message : "\(message); \(mend)" }
}
