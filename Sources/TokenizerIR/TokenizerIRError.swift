import Errors

/// Why a tokenizer cannot be written as tokenizer IR.
package typealias TokenizerIRError = CodedError<TokenizerIRFault>

/// The library of `TokenizerIRError`.
package enum TokenizerIRFault: ErrorLibrary {
  package static let separator = "; "
}

extension ErrorCode where Library == TokenizerIRFault {
  /// The tokenizer's definition lacks a part, or a part is of another type.
  package static var malformed: Self { "malformed" }
  /// A component that the runtime's extension has no operation for.
  package static var unsupported: Self { "unsupported" }
}

extension CodedError where Library == TokenizerIRFault {
  static func malformed(_ message: String) -> TokenizerIRError {
    TokenizerIRError(.malformed, message, mend: "take tokenizer.json from the model's repository again")
  }

  static func unsupported(_ message: String) -> TokenizerIRError {
    TokenizerIRError(
      .unsupported, message, mend: "use Oven's own tokenizer, which does not need the tokenizer IR")
  }
}
