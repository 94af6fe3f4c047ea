import ArgumentParser
import Baking
import Files

/// The program: one verb a file.
@main
struct Oven: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "oven",
    abstract: "Bake language models for Intel hardware, and run them.",
    discussion: """
      One verb does all of it: what is missing is downloaded, baked, compiled and asked.

        oven run Qwen/Qwen3-0.6B "Why is the sky blue?"
        oven run SmolLM2-135M-Instruct.Q4_1.gguf

      Or step by step. Bake once: a checkpoint becomes a folder of OpenVINO files with INT4 weights and the tokenizer
      beside them. Supervise ever after: the folder is compiled for the device, kept in a cache, and answers.

        oven bake SmolLM2-135M-Instruct.Q4_1.gguf -o models/smollm2_int4
        oven supervisor --model_xml models/smollm2_int4 --prompt "What is the capital of France?"

      Every option reads in both spellings, --model_xml and --model-xml.
      """,
    version: OvenVersion.current,
    subcommands: [ManualCommand.self, WorkerCommand.self, FetchCommand.self],
    groupedSubcommands: groups)

  /// The verbs, the common ones first.
  static let groups = [
    CommandGroup(
      name: "run",
      subcommands: [
        RunCommand.self, ChatCommand.self, ServeCommand.self, SupervisorCommand.self, ListCommand.self,
        RemoveCommand.self,
      ]),
    CommandGroup(
      name: "make",
      subcommands: [BakeCommand.self, PullCommand.self, CompileCommand.self, FamiliesCommand.self]),
    CommandGroup(
      name: "look",
      subcommands: [
        ShowCommand.self, InspectCommand.self, BenchCommand.self, TuneCommand.self, EvalCommand.self,
        SweepCommand.self,
        TokenizeCommand.self,
        TemplateCommand.self,
      ]),
    CommandGroup(name: "mend", subcommands: [DoctorCommand.self, CacheCommand.self]),
  ]

  /// Runs the command line. Errors become three short lines and an exit code from sysexits.h.
  static func main() async {
    StandardStreams.open()
    let arguments = OptionSpelling.normalized(CommandLine.arguments.dropFirst())
    do {
      if let script = BashCompletion.script(arguments) { return Terminal.output.line(script) }
      if let wrong = HelpRequest.wrongVerb(arguments) { throw wrong }
      try checkThreads()
      var command = try parseAsRoot(arguments)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      // An answer that a full disk swallowed is none.
      if let failure = Terminal.outputFailure { failure.exit() }
    } catch {
      let report = ErrorReport(error)
      // Whoever started a worker says it.
      if report.status == .tryAgain, arguments.first == WorkerCommand.configuration.commandName {
        Processes.exitAtOnce(report.status.rawValue)
      }
      report.exit()
    }
  }

  private static func checkThreads() throws {
    do throws(FileError) {
      try ThreadLimit.check()
    } catch {
      throw ErrorReport(
        what: "no threads can be begun", why: "the system allows this user no more of them (\(error.reason))",
        mend: "raise the limit (ulimit -u), or end other programs", status: .tryAgain)
    }
  }
}
