import Architectures
import Baking
import ChatTemplates
import Checkpoints
import Errors
import Files
import Generation
import Graph
import Hub
import IRFormat
import OpenVINO
import Quantization
import Supervisor
import Tensors
import Tokenization

// Every library's errors in the program's words: the exit code of each code, and what usually helps.

/// A library whose errors a command may end with.
protocol ReportedLibrary: ErrorLibrary {
  /// The exit code of an error.
  static func status(_ code: ErrorCode<Self>) -> ExitStatus

  /// What to do where the error itself does not say.
  static func help(_ code: ErrorCode<Self>) -> String
}

extension ReportedLibrary {
  static func help(_ code: ErrorCode<Self>) -> String { "" }
}

extension CodedError: ErrorReportConvertible where Library: ReportedLibrary {
  var report: ErrorReport {
    ErrorReport(
      what: messageWording.text(\.option), why: whyWording.text(\.option),
      mend: mendWording.isEmpty ? Library.help(code) : mendWording.text(\.option),
      status: Library.status(code))
  }
}

extension BakeFault: ReportedLibrary {
  static func status(_ code: ErrorCode<Self>) -> ExitStatus {
    switch code {
    case .noInput: .noInput
    case .usage: .usage
    case .cannotCreate: .cannotCreate
    case .io: .inputOutput
    case .busy: .tryAgain
    case .permission: .permission
    case .cancelled: .interrupted
    default: .badData
    }
  }
}

extension HubFault: ReportedLibrary {
  static func status(_ code: ErrorCode<Self>) -> ExitStatus {
    switch code {
    case .invalidName, .ambiguousChoice: .usage
    case .malformedListing, .unsafePath, .checksumMismatch, .sizeMismatch, .contentChanged: .badData
    case .notFound, .missingFile, .offline: .noInput
    case .cannotWrite: .cannotCreate
    case .diskFull: .inputOutput
    case .rateLimited, .serverFailure, .noRanges, .unreachable: .tryAgain
    case .unauthorized, .gated: .permission
    case .cancelled: .interrupted
    default: .software
    }
  }
}

extension CheckpointFault: ReportedLibrary {
  static func status(_ code: ErrorCode<Self>) -> ExitStatus {
    switch code {
    case .notFound: .noInput
    case .unreadable: .inputOutput
    default: .badData
    }
  }

  static func help(_ code: ErrorCode<Self>) -> String {
    code == .unsupported ? "take the model in another format" : "fetch the file again"
  }
}

extension TensorFault: ReportedLibrary {
  static func status(_ code: ErrorCode<Self>) -> ExitStatus { code == .unreadable ? .inputOutput : .badData }

  static func help(_ code: ErrorCode<Self>) -> String {
    "check that config.json belongs to these weights, or fetch them again"
  }
}

extension ArchitectureFault: ReportedLibrary {
  static func status(_ code: ErrorCode<Self>) -> ExitStatus { .badData }

  static func help(_ code: ErrorCode<Self>) -> String {
    code == .badConfiguration
      ? "check config.json, or fetch it again" : "'oven families' lists what is supported"
  }
}

extension GraphFault: ReportedLibrary {
  static func status(_ code: ErrorCode<Self>) -> ExitStatus { .badData }
}

extension IRFault: ReportedLibrary {
  static func status(_ code: ErrorCode<Self>) -> ExitStatus { .badData }
}

extension QuantizationFault: ReportedLibrary {
  static func status(_ code: ErrorCode<Self>) -> ExitStatus { code == .badShape ? .badData : .usage }
}

extension TokenizerFault: ReportedLibrary {
  static func status(_ code: ErrorCode<Self>) -> ExitStatus { .badData }
}

extension GenerationFault: ReportedLibrary {
  static func status(_ code: ErrorCode<Self>) -> ExitStatus { code == .badOption ? .usage : .badData }
}

extension OpenVINOFault: ReportedLibrary {
  static func status(_ code: ErrorCode<Self>) -> ExitStatus { .unavailable }
}

extension SupervisorFault: ReportedLibrary {
  static func status(_ code: ErrorCode<Self>) -> ExitStatus {
    switch code {
    case .noModel: .noInput
    case .badModel, .promptTooLong, .contextFull: .badData
    case .forbidden: .permission
    case .outOfThreads, .outOfMemory: .tryAgain
    case .cacheUnusable, .cannotCreate: .cannotCreate
    case .cancelled: .interrupted
    default: .unavailable
    }
  }
}

// Those of another form.

extension FileError: ErrorReportConvertible {
  var report: ErrorReport {
    ErrorReport(
      what: "cannot \(action) \(path)", why: reason,
      mend: isFullDisk ? "free some space" : isForbidden ? "choose a place where you may write" : "",
      status: isForbidden ? .permission : isMissing ? .noInput : .inputOutput)
  }
}

extension TemplateError: ErrorReportConvertible {
  var report: ErrorReport {
    ErrorReport(what: "the chat template: \(self)", why: "", mend: mend ?? "", status: .badData)
  }
}

extension CompletionFailure: ErrorReportConvertible {
  var report: ErrorReport {
    let (mend, status): (String, ExitStatus) =
      switch code {
      case .promptTooLong: ("give a shorter prompt, or a greater --context-length", .badData)
      case .badConstraint, .badOption: ("", .usage)
      case .queueFull, .draining: ("try again", .tryAgain)
      case .runnerLost:
        ("run `oven doctor`; with --in-process a debugger sees where it happens", .unavailable)
      }
    return ErrorReport(what: message, why: "", mend: mend, status: status)
  }
}
