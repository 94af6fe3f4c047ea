import Errors

/// What went wrong with an IR file.
public typealias IRError = CodedError<IRFault>

/// The library of `IRError`.
public enum IRFault: ErrorLibrary {}

extension ErrorCode where Library == IRFault {
  /// A graph that cannot be written as it is.
  public static var cannotWrite: Self { "cannot-write" }
  /// Text that is not the XML of an OpenVINO model.
  public static var badDocument: Self { "bad-document" }
  /// A document that goes beyond a limit of the reader.
  public static var tooLarge: Self { "too-large" }
}
