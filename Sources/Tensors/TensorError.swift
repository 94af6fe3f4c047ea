import Errors

/// What went wrong with a tensor or with reading one.
public typealias TensorError = CodedError<TensorFault>

/// The library of `TensorError`.
public enum TensorFault: ErrorLibrary {}

extension ErrorCode where Library == TensorFault {
  /// Extents that cannot be, or are not those that the model's configuration asks for.
  public static var badShape: Self { "bad-shape" }
  /// A tensor that the model needs and the checkpoint does not have.
  public static var missing: Self { "missing" }
  /// The operating system could not open or read a file.
  public static var unreadable: Self { "unreadable" }
  /// A read past the end of a file.
  public static var truncated: Self { "truncated" }
  /// A tensor's type cannot be used where it stands.
  public static var unsupportedType: Self { "unsupported-type" }
}
