import ArgumentParser
import Supervisor

/// How many requests a model answers at once, and where it computes.
struct ServiceOptions: ParsableArguments {
  @OptionGroup var runner: RunnerOptions
  @Option(help: "Answers that are generated at once.") var maxSequences = 64

  /// What the runner is asked for.
  var paged: PagedRunner.Options { runner.paged(sequences: maxSequences) }

  func validate() throws {
    guard (1...4096).contains(maxSequences) else {
      throw ValidationError("--max-sequences must be from 1 to 4096")
    }
  }
}
