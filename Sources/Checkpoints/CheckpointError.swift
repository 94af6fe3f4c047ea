/// Why a checkpoint cannot be read, and what to do about it.
public struct CheckpointError: Error, Sendable, CustomStringConvertible {
  /// What kind of fault it is.
  public enum Code: Sendable, Equatable {
    /// There is no such file or folder.
    case notFound
    /// The operating system could not open or read something.
    case unreadable
    /// A file or folder that is there but is no checkpoint.
    case notACheckpoint
    /// A file that breaks the rules of its own format.
    case malformed
    /// A file that is right but uses something that is not supported.
    case unsupported
    /// Files that contradict each other.
    case inconsistent
  }

  /// What kind of fault it is.
  public var code: Code
  /// A sentence for people: the file, the tensor, what was expected and what was found.
  public var message: String
  /// What the user can do; nil where nothing but another file helps.
  public var mend: String?

  /// Makes an error of `code`.
  public init(_ code: Code, _ message: String, mend: String? = nil) {
    self.code = code
    self.message = message
    self.mend = mend
  }

  public var description: String { mend.map { "\(message). \($0)" } ?? message }
}
