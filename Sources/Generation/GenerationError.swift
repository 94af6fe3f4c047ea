import Errors

/// Why text cannot be generated.
package typealias GenerationError = CodedError<GenerationFault>

/// The library of `GenerationError`.
package enum GenerationFault: ErrorLibrary {
  package static let separator = "; "
}

extension ErrorCode where Library == GenerationFault {
  /// An option with a value outside of its legal range.
  package static var badOption: Self { "bad-option" }
  /// A file with options that makes no sense.
  package static var badFile: Self { "bad-file" }
  /// A prompt that is empty or does not fit into the context.
  package static var badPrompt: Self { "bad-prompt" }
  /// The device returned logits from which no token can be chosen.
  package static var badLogits: Self { "bad-logits" }
}
