import Errors

/// Why text cannot be generated.
public typealias GenerationError = CodedError<GenerationFault>

/// The library of `GenerationError`.
public enum GenerationFault: ErrorLibrary {
  public static let separator = "; "
}

extension ErrorCode where Library == GenerationFault {
  /// An option with a value outside of its legal range.
  public static var badOption: Self { "bad-option" }
  /// A file with options that makes no sense.
  public static var badFile: Self { "bad-file" }
  /// A prompt that is empty or does not fit into the context.
  public static var badPrompt: Self { "bad-prompt" }
  /// The device returned logits from which no token can be chosen.
  public static var badLogits: Self { "bad-logits" }
}
