/// Why a tokenizer cannot be written as tokenizer IR.
public struct TokenizerIRError: Error, Sendable, CustomStringConvertible {
  /// What kind of fault it is.
  public enum Code: String, Sendable {
    /// The tokenizer's definition lacks a part, or a part is of another type.
    case malformed
    /// A component that the runtime's extension has no operation for.
    case unsupported
  }

  /// What kind of fault it is.
  public let code: Code
  /// A sentence that names the component.
  public let message: String
  /// What the reader can do about it.
  public let mend: String

  static func malformed(_ message: String) -> TokenizerIRError {
    TokenizerIRError(
      code: .malformed, message: message, mend: "take tokenizer.json from the model's repository again")
  }

  static func unsupported(_ message: String) -> TokenizerIRError {
    TokenizerIRError(
      code: .unsupported, message: message,
      mend: "use Oven's own tokenizer, which does not need the tokenizer IR")
  }

  /// Message and mend.
  public var description: String { "\(message); \(mend)" }
}
