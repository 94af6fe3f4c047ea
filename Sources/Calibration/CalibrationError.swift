import Errors

/// Why a calibration could not be done.
package typealias CalibrationError = CodedError<CalibrationFault>

/// The library of `CalibrationError`.
package enum CalibrationFault: ErrorLibrary {}

extension ErrorCode where Library == CalibrationFault {
  /// The model has a form that cannot be run piece by piece.
  package static var unsupported: Self { "unsupported" }
  /// The text is too short, or cannot be read.
  package static var badText: Self { "bad-text" }
  /// A file that the calibration itself wrote is not what it was.
  package static var damaged: Self { "damaged" }
  /// Somebody asked to stop.
  package static var cancelled: Self { "cancelled" }
}

extension CodedError where Library == CalibrationFault {
  static var cancelled: CalibrationError { CalibrationError(.cancelled, "the calibration was stopped") }
}
