import Errors

/// What went wrong with an IR file.
package typealias IRError = CodedError<IRFault>

/// The library of `IRError`.
package enum IRFault: ErrorLibrary {}

extension ErrorCode where Library == IRFault {
  /// A graph that cannot be written as it is.
  package static var cannotWrite: Self { "cannot-write" }
  /// Text that is not the XML of an OpenVINO model.
  package static var badDocument: Self { "bad-document" }
  /// A document that goes beyond a limit of the reader.
  package static var tooLarge: Self { "too-large" }
}
