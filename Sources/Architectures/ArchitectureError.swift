import Errors

/// Why a model cannot be baked as its configuration describes it.
public typealias ArchitectureError = CodedError<ArchitectureFault>

/// The library of `ArchitectureError`.
public enum ArchitectureFault: ErrorLibrary {
  public static let separator = ". "
}

extension ErrorCode where Library == ArchitectureFault {
  /// No family of that `model_type`.
  public static var unknownArchitecture: Self { "unknown-architecture" }
  /// A key that is missing or of another type than it should be.
  public static var badConfiguration: Self { "bad-configuration" }
  /// A setting that the family knows but this program does not support.
  public static var unsupported: Self { "unsupported" }
}
