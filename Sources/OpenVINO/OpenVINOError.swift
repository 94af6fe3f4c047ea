import Errors

/// Why something about OpenVINO did not work: its installation, a device, a model.
public typealias OpenVINOError = CodedError<OpenVINOFault>

/// The library of `OpenVINOError`.
public enum OpenVINOFault: ErrorLibrary {}

extension ErrorCode where Library == OpenVINOFault {
  /// No OpenVINO where one is looked for.
  public static var missing: Self { "missing" }
  /// An OpenVINO whose binary interface is not the one that Oven was built for.
  public static var wrongVersion: Self { "wrong-version" }
  /// Oven's own library between Swift and OpenVINO is not beside the program.
  public static var bridgeMissing: Self { "bridge-missing" }
  /// OpenVINO, a plugin or a driver refused; the message is theirs.
  public static var failed: Self { "failed" }
  /// The request was cancelled.
  public static var cancelled: Self { "cancelled" }
  /// The request is already running.
  public static var busy: Self { "busy" }
  /// The device's plugin cannot do this.
  public static var unsupported: Self { "unsupported" }
  /// Not enough memory.
  public static var outOfMemory: Self { "out-of-memory" }
  /// A name, index, type or shape that does not belong here.
  public static var badArgument: Self { "bad-argument" }
}
