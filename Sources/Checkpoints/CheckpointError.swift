import Errors

/// Why a checkpoint cannot be read, and what to do about it.
package typealias CheckpointError = CodedError<CheckpointFault>

/// The library of `CheckpointError`.
package enum CheckpointFault: ErrorLibrary {
  package static let separator = ". "
}

extension ErrorCode where Library == CheckpointFault {
  /// There is no such file or folder.
  package static var notFound: Self { "not-found" }
  /// The operating system could not open or read something.
  package static var unreadable: Self { "unreadable" }
  /// A file or folder that is there but is no checkpoint.
  package static var notACheckpoint: Self { "not-a-checkpoint" }
  /// A file that breaks the rules of its own format.
  package static var malformed: Self { "malformed" }
  /// A file that is right but uses something that is not supported.
  package static var unsupported: Self { "unsupported" }
  /// Files that contradict each other.
  package static var inconsistent: Self { "inconsistent" }
}
