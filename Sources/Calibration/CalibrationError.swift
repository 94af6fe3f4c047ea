import Errors

/// Why a calibration could not be done.
public typealias CalibrationError = CodedError<CalibrationFault>

/// The library of `CalibrationError`.
public enum CalibrationFault: ErrorLibrary {}

extension ErrorCode where Library == CalibrationFault {
  /// The model has a form that cannot be run piece by piece.
  public static var unsupported: Self { "unsupported" }
  /// The text is too short, or cannot be read.
  public static var badText: Self { "bad-text" }
  /// Somebody asked to stop.
  public static var cancelled: Self { "cancelled" }
}

extension CodedError where Library == CalibrationFault {
  static var cancelled: CalibrationError { CalibrationError(.cancelled, "the calibration was stopped") }
}
