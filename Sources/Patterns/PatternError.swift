import Errors

/// Why a regular expression was refused.
public typealias PatternError = CodedError<PatternFault>

/// The library of `PatternError`.
public enum PatternFault: ErrorLibrary {
  public static let usualMend = "use a pattern that Oniguruma accepts"
  public static let separator = "; "
}

extension ErrorCode where Library == PatternFault {
  /// The text is not a regular expression.
  public static var syntax: Self { "syntax" }
  /// A construct of Oniguruma that this engine does not have.
  public static var unsupported: Self { "unsupported" }
  /// The compiled program would be larger than the cap.
  public static var tooLarge: Self { "too-large" }
}
