import Errors
import OpenVINO

/// An error as a worker met it, on its way to the parent.
struct WorkerFailure: Codable, Sendable {
  /// Whether it is the runtime's own: there is none, or it is of no use.
  private var isOfRuntime: Bool
  private var code: String
  private var message: Wording
  private var why: Wording
  private var mend: Wording

  /// An error that is to cross; of others than the supervisor's and the runtime's only what they say.
  init(_ error: any Error) {
    switch error {
    case let error as OpenVINOError: self.init(error, isOfRuntime: true)
    case let error as SupervisorError: self.init(error, isOfRuntime: false)
    default:
      self.init(SupervisorError(.inferenceFailed, wording: Wording(describing: error)), isOfRuntime: false)
    }
  }

  private init<Library>(_ error: CodedError<Library>, isOfRuntime: Bool) {
    self.isOfRuntime = isOfRuntime
    code = error.code.rawValue
    (message, why, mend) = (error.messageWording, error.whyWording, error.mendWording)
  }

  /// The same error on the other side.
  var error: any Error {
    guard isOfRuntime else { return supervisorError }
    return OpenVINOError(.init(rawValue: code), wording: message, why: why, mend: mend)
  }

  /// The same as an error of the supervisor.
  var supervisorError: SupervisorError {
    SupervisorError(.init(rawValue: code), wording: message, why: why, mend: mend)
  }
}
