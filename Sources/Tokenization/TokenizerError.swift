import Errors

/// Why a tokenizer could not be read.
public typealias TokenizerError = CodedError<TokenizerFault>

/// The library of `TokenizerError`.
public enum TokenizerFault: ErrorLibrary {
  public static let usualMend = "take tokenizer.json from the model's repository again"
  public static let separator = "; "
}

extension ErrorCode where Library == TokenizerFault {
  /// The file is missing or cannot be read.
  public static var unreadable: Self { "unreadable" }
  /// The file is not what a `tokenizer.json` is: not JSON, or a member is missing or of another type.
  public static var malformed: Self { "malformed" }
  /// A component or a setting that this implementation does not have.
  public static var unsupported: Self { "unsupported" }
  /// Parts that do not fit one another, such as a merge of tokens that are not in the vocabulary.
  public static var inconsistent: Self { "inconsistent" }
}
