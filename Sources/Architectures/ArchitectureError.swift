import Errors

/// Why a model cannot be baked as its configuration describes it.
package typealias ArchitectureError = CodedError<ArchitectureFault>

/// The library of `ArchitectureError`.
package enum ArchitectureFault: ErrorLibrary {
  package static let separator = ". "
}

extension ErrorCode where Library == ArchitectureFault {
  /// No family of that `model_type`.
  package static var unknownArchitecture: Self { "unknown-architecture" }
  /// A key that is missing or of another type than it should be.
  package static var badConfiguration: Self { "bad-configuration" }
  /// A setting that the family knows but this program does not support.
  package static var unsupported: Self { "unsupported" }
}
