import ArgumentParser
import Generation
import Supervisor

/// `oven worker`: computes for the process that started it. Not for people.
struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Compute for the process that started this one.", shouldDisplay: false)

  @Argument var model: String
  @Option(help: .hidden) var columns: Int?
  @OptionGroup var runtime: RuntimeOptions
  @OptionGroup var service: ServiceOptions

  func run() throws {
    let folder = try ModelFolder(path: model)
    // Ctrl-C is the parent's to understand: this process ends when that one does.
    let signals = SignalWatch()
    signals.beginAnswer()
    try Worker().run { limits in
      do {
        return try RunnerLoader(folder: folder, runtime: runtime, service: service, columns: columns)
          .load(limits)
      } catch let report as ErrorReport {
        // Only the words of a supervisor's error cross to the parent.
        let why = report.why.isEmpty ? "" : ": " + report.why
        throw SupervisorError(.loadFailed, report.what + why, mend: report.mend)
      }
    }
  }
}
