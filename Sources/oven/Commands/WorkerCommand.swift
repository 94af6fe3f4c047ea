import ArgumentParser
import Files
import Supervisor

/// `oven worker`: computes for the process that started it. Not for people.
struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Compute for the process that started this one.", shouldDisplay: false)

  @Argument var model: String
  @Flag(help: .hidden) var warmsUp = false
  @OptionGroup var runtime: RuntimeOptions
  @OptionGroup var service: ServiceOptions

  /// The command line of a worker that does what a loader would do here.
  static func arguments(_ loader: RunnerLoader) -> [String] {
    ["worker", loader.folder.xml] + (loader.warmsUp ? ["--warms-up"] : [])
      + ["--max-sequences", "\(loader.sequences)"] + loader.runtime.arguments + loader.options.arguments
  }

  func run() throws {
    // Ctrl-C is the parent's to understand: this process ends when that one does.
    SignalSources.leaveToParent()
    let loader = RunnerLoader(
      folder: try ModelFolder(path: model), runtime: runtime, options: service.runner,
      sequences: service.maxSequences, warmsUp: warmsUp)
    try Worker().run { limits, report in
      do {
        return try loader.load(limits, report)
      } catch let report as ErrorReport {
        // Only the words of a supervisor's error cross to the parent.
        let why = report.why.isEmpty ? "" : ": " + report.why
        throw SupervisorError(.loadFailed, report.what + why, mend: report.mend)
      }
    }
  }
}
