import Errors

/// Why a bake was refused or failed: what happened, why, and what the user can do.
public typealias BakeError = CodedError<BakeFault>

/// The library of `BakeError`.
public enum BakeFault: ErrorLibrary {}

extension ErrorCode where Library == BakeFault {
  /// The source does not exist or is no model.
  public static var noInput: Self { "no-input" }
  /// The source is damaged, or not supported.
  public static var badData: Self { "bad-data" }
  /// Options that contradict each other or the model.
  public static var usage: Self { "usage" }
  /// The destination cannot be written, or is already there.
  public static var cannotCreate: Self { "cannot-create" }
  /// Reading or writing failed midway; also a full disk.
  public static var io: Self { "io" }
  /// Somebody else is at the same work; try again later.
  public static var busy: Self { "busy" }
  /// The user may not do that there.
  public static var permission: Self { "permission" }
  /// The bake was stopped on request.
  public static var cancelled: Self { "cancelled" }
}
