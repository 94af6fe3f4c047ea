import Errors

/// What is wrong with a wish to quantise.
public typealias QuantizationError = CodedError<QuantizationFault>

/// The library of `QuantizationError`.
public enum QuantizationFault: ErrorLibrary {
  public static let separator = "; "
}

extension ErrorCode where Library == QuantizationFault {
  /// A format for which there is no quantiser.
  public static var unsupportedFormat: Self { "unsupported-format" }
  /// Options that contradict each other or are out of their range.
  public static var badRecipe: Self { "bad-recipe" }
  /// What the device that was asked for is known to refuse.
  public static var refusedByTarget: Self { "refused-by-target" }
  /// A weight that cannot be quantised as was asked.
  public static var badShape: Self { "bad-shape" }
}
