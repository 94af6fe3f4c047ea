/// Why a tokenizer could not be read.
public struct TokenizerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of fault it is.
  public enum Code: String, Sendable {
    /// The file is missing or cannot be read.
    case unreadable
    /// The file is not what a `tokenizer.json` is: not JSON, or a member is missing or of another type.
    case malformed
    /// A component or a setting that this implementation does not have.
    case unsupported
    /// Parts that do not fit one another, such as a merge of tokens that are not in the vocabulary.
    case inconsistent
  }

  /// What kind of fault it is.
  public var code: Code
  /// A sentence for people that names the component and its place in the file.
  public var message: String
  /// What the reader can do about it.
  public var mend: String

  /// Makes an error of `code`.
  public init(
    _ code: Code, _ message: String, mend: String = "take tokenizer.json from the model's repository again"
  ) {
    self.code = code
    self.message = message
    self.mend = mend
  }

  public var description: String { "\(message); \(mend)" }
}
