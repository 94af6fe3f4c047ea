import ArgumentParser
import Baking

/// The program: one verb a file.
@main
struct Oven: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "oven",
    abstract: "Bake language models for Intel hardware, and run them.",
    discussion: """
      Bake once: a checkpoint becomes a folder of OpenVINO files with INT4 weights and the tokenizer beside them.
      Supervise ever after: the folder is compiled for the device, kept in a cache, and answers.

        oven bake SmolLM2-135M-Instruct.gguf -o models/smollm2_int4
        oven supervisor --model_xml models/smollm2_int4 --prompt "What is the capital of France?"

      Every option reads in both spellings, --model_xml and --model-xml.
      """,
    version: OvenVersion.current,
    subcommands: subcommands)

  private static let subcommands: [any ParsableCommand.Type] = [
    BakeCommand.self, SupervisorCommand.self, FamiliesCommand.self, EvalCommand.self, TokenizeCommand.self,
    TemplateCommand.self, PullCommand.self, DoctorCommand.self, InspectCommand.self, CompileCommand.self,
    CacheCommand.self,
    ChatCommand.self, BenchCommand.self,
  ]

  /// Runs the command line. Errors become three short lines and an exit code from sysexits.h.
  static func main() async {
    do {
      var command = try parseAsRoot(OptionSpelling.normalized(CommandLine.arguments.dropFirst()))
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      // An answer that a full disk swallowed is none.
      if let failure = Terminal.outputFailure { failure.exit() }
    } catch {
      ErrorReport(error).exit()
    }
  }
}
