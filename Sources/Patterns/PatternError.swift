/// Why a regular expression was refused.
public struct PatternError: Error, Sendable, CustomStringConvertible {
  /// What kind of refusal it is.
  public enum Code: String, Sendable {
    /// The text is not a regular expression.
    case syntax
    /// A construct of Oniguruma that this engine does not have.
    case unsupported
    /// The compiled program would be larger than the cap.
    case tooLarge
  }

  /// The kind of refusal.
  public let code: Code
  /// What is wrong, with the character offset inside the pattern.
  public let message: String
  /// What the reader can do about it.
  public let mend: String

  init(_ code: Code, _ message: String, mend: String = "use a pattern that Oniguruma accepts") {
    self.code = code
    self.message = message
    self.mend = mend
  }

  /// Message and mend.
  public var description: String { "\(message); \(mend)" }
}
