/// Why something about OpenVINO did not work: its installation, a device, a model.
public struct OpenVINOError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of fault it is.
  public struct Code: RawRepresentable, Sendable, Hashable {
    /// A short name, for logs and scripts.
    public var rawValue: String

    /// Makes a code of its name.
    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    /// No OpenVINO where one is looked for.
    public static let missing = Code(rawValue: "missing")
    /// An OpenVINO whose binary interface is not the one that Oven was built for.
    public static let wrongVersion = Code(rawValue: "wrong-version")
    /// Oven's own library between Swift and OpenVINO is not beside the program.
    public static let bridgeMissing = Code(rawValue: "bridge-missing")
    /// OpenVINO, a plugin or a driver refused; the message is theirs.
    public static let failed = Code(rawValue: "failed")
    /// The request was cancelled.
    public static let cancelled = Code(rawValue: "cancelled")
    /// The request is already running.
    public static let busy = Code(rawValue: "busy")
    /// The device's plugin cannot do this.
    public static let unsupported = Code(rawValue: "unsupported")
    /// Not enough memory.
    public static let outOfMemory = Code(rawValue: "out-of-memory")
    /// A name, index, type or shape that does not belong here.
    public static let badArgument = Code(rawValue: "bad-argument")
  }

  /// What kind of fault it is.
  public var code: Code
  /// What was tried and why it did not work; OpenVINO's own words where they are the reason.
  public var message: String
  /// What the user can do about it, or empty.
  public var mend: String

  /// Makes an error of `code`.
  public init(_ code: Code, _ message: String, mend: String = "") {
    self.code = code
    self.message = message
    self.mend = mend
  }

  public var description: String { mend.isEmpty ? message : "\(message)\n\(mend)" }
}
