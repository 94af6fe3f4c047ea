import Errors

/// Why a checkpoint cannot be read, and what to do about it.
public typealias CheckpointError = CodedError<CheckpointFault>

/// The library of `CheckpointError`.
public enum CheckpointFault: ErrorLibrary {
  public static let separator = ". "
}

extension ErrorCode where Library == CheckpointFault {
  /// There is no such file or folder.
  public static var notFound: Self { "not-found" }
  /// The operating system could not open or read something.
  public static var unreadable: Self { "unreadable" }
  /// A file or folder that is there but is no checkpoint.
  public static var notACheckpoint: Self { "not-a-checkpoint" }
  /// A file that breaks the rules of its own format.
  public static var malformed: Self { "malformed" }
  /// A file that is right but uses something that is not supported.
  public static var unsupported: Self { "unsupported" }
  /// Files that contradict each other.
  public static var inconsistent: Self { "inconsistent" }
}
