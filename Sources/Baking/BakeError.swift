/// Why a bake was refused or failed: what happened, why, and what the user can do.
public struct BakeError: Error, Sendable, CustomStringConvertible {
  /// What kind of fault it is; the command line derives its exit code from it.
  public enum Code: Sendable, Hashable {
    /// The source does not exist or is no model.
    case noInput
    /// The source is damaged, or not supported.
    case badData
    /// Options that contradict each other or the model.
    case usage
    /// The destination cannot be written, or is already there.
    case cannotCreate
    /// Reading or writing failed midway; also a full disk.
    case io
    /// Somebody else is at the same work; try again later.
    case busy
    /// The user may not do that there.
    case permission
    /// The bake was stopped on request.
    case cancelled
  }

  /// What kind of fault it is.
  public var code: Code
  /// What happened, naming the file, tensor or option.
  public var what: String
  /// The reason, as far as it is known.
  public var why: String
  /// What to do about it.
  public var mend: String

  /// Makes an error of `code`.
  public init(_ code: Code, _ what: String, why: String, mend: String) {
    self.code = code
    self.what = what
    self.why = why
    self.mend = mend
  }

  public var description: String { "\(what)\n\(why)\n\(mend)" }
}
