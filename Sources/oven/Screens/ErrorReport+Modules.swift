import Architectures
import ChatTemplates
import Checkpoints
import Files
import Generation
import Graph
import IRFormat
import OpenVINO
import Quantization
import Supervisor
import Tensors
import Tokenization

// Every module's errors in the program's words: one extension each.

extension CheckpointError: ErrorReportConvertible {
  var report: ErrorReport {
    let status: ExitStatus =
      switch code {
      case .notFound: .noInput
      case .unreadable: .inputOutput
      case .notACheckpoint, .malformed, .unsupported, .inconsistent: .badData
      }
    let usual = code == .unsupported ? "take the model in another format" : "fetch the file again"
    return ErrorReport(what: message, why: "", mend: mend ?? usual, status: status)
  }
}

extension FileError: ErrorReportConvertible {
  var report: ErrorReport {
    ErrorReport(
      what: "cannot \(action) \(path)", why: reason,
      mend: isFullDisk ? "free some space" : isForbidden ? "choose a place where you may write" : "",
      status: isForbidden ? .permission : isMissing ? .noInput : .inputOutput)
  }
}

extension TensorError: ErrorReportConvertible {
  var report: ErrorReport {
    ErrorReport(
      what: message, why: "", mend: "check that config.json belongs to these weights, or fetch them again",
      status: code == .unreadable ? .inputOutput : .badData)
  }
}

extension ArchitectureError: ErrorReportConvertible {
  var report: ErrorReport {
    let usual =
      code == .badConfiguration
      ? "check config.json, or fetch it again" : "'oven families' lists what is supported"
    return ErrorReport(what: message, why: "", mend: mend ?? usual, status: .badData)
  }
}

extension GraphError: ErrorReportConvertible {
  var report: ErrorReport { ErrorReport(what: message, why: "", mend: "", status: .badData) }
}

extension IRError: ErrorReportConvertible {
  var report: ErrorReport { ErrorReport(what: message, why: "", mend: "", status: .badData) }
}

extension QuantizationError: ErrorReportConvertible {
  var report: ErrorReport {
    ErrorReport(what: message, why: "", mend: mend, status: code == .badShape ? .badData : .usage)
  }
}

extension TokenizerError: ErrorReportConvertible {
  var report: ErrorReport { ErrorReport(what: message, why: "", mend: mend, status: .badData) }
}

extension TemplateError: ErrorReportConvertible {
  var report: ErrorReport {
    ErrorReport(what: "the chat template: \(self)", why: "", mend: mend ?? "", status: .badData)
  }
}

extension GenerationError: ErrorReportConvertible {
  var report: ErrorReport {
    ErrorReport(what: message, why: "", mend: mend, status: code == .badOption ? .usage : .badData)
  }
}

extension OpenVINOError: ErrorReportConvertible {
  var report: ErrorReport { ErrorReport(what: message, why: "", mend: mend, status: .unavailable) }
}

extension SupervisorError: ErrorReportConvertible {
  var report: ErrorReport {
    let status: ExitStatus =
      switch code {
      case .noModel: .noInput
      case .badModel, .promptTooLong, .contextFull: .badData
      case .forbidden: .permission
      case .outOfThreads: .tryAgain
      case .cacheUnusable: .cannotCreate
      case .cancelled: .interrupted
      default: .unavailable
      }
    return ErrorReport(what: message, why: "", mend: mend, status: status)
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
