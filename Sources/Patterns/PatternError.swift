import Errors

/// Why a regular expression was refused.
package typealias PatternError = CodedError<PatternFault>

/// The library of `PatternError`.
package enum PatternFault: ErrorLibrary {
  package static let usualMend = "use a pattern that Oniguruma accepts"
  package static let separator = "; "
}

extension ErrorCode where Library == PatternFault {
  /// The text is not a regular expression.
  package static var syntax: Self { "syntax" }
  /// A construct of Oniguruma that this engine does not have.
  package static var unsupported: Self { "unsupported" }
  /// The compiled program would be larger than the cap.
  package static var tooLarge: Self { "too-large" }
}
