/// Why a model could not be loaded or run.
public struct SupervisorError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of fault it is.
  public struct Code: RawRepresentable, Sendable, Hashable {
    /// A short name, for logs and scripts.
    public var rawValue: String

    /// Makes a code of its name.
    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    /// No model where one was named.
    public static let noModel = Code(rawValue: "no-model")
    /// The model's files are there, and this user may not read them.
    public static let forbidden = Code(rawValue: "forbidden")
    /// The system gives no more threads or processes.
    public static let outOfThreads = Code(rawValue: "out-of-threads")
    /// A model whose inputs, outputs or variables are not those of a language model.
    public static let badModel = Code(rawValue: "bad-model")
    /// The device that was asked for cannot be used.
    public static let deviceUnavailable = Code(rawValue: "device-unavailable")
    /// The device refused the model.
    public static let loadFailed = Code(rawValue: "load-failed")
    /// Kernels of ours compute too little of the model.
    static let kernelsUnsuited = Code(rawValue: "kernels-unsuited")
    /// The device computes something else than the CPU.
    public static let deviceDisagrees = Code(rawValue: "device-disagrees")
    /// The prompt does not fit into the context.
    public static let promptTooLong = Code(rawValue: "prompt-too-long")
    /// The context is full.
    public static let contextFull = Code(rawValue: "context-full")
    /// The cache folder cannot be read or written.
    public static let cacheUnusable = Code(rawValue: "cache-unusable")
    /// The device stopped with an error.
    public static let inferenceFailed = Code(rawValue: "inference-failed")
    /// The process that computes has ended, or had to be ended.
    public static let workerLost = Code(rawValue: "worker-lost")
    /// Somebody asked to stop.
    public static let cancelled = Code(rawValue: "cancelled")
  }

  /// What kind of fault it is.
  public var code: Code
  /// What happened, with names, numbers and the device's own words.
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
