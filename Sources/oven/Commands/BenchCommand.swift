import ArgumentParser
import Foundation
import Supervisor

/// `oven bench`: how fast a model is on this machine.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure load, prefill and decode of a baked model.",
    discussion: """
      Loads once by compiling and several times from a cache of its own, then, after a warm-up, measures prompts of
      several lengths and answers, greedily and without an end. The middle of the repetitions is told with its spread.

        oven bench models/neuralchat_int4 --device CPU --prompt-tokens 512 --generate-tokens 128 --json

      With --compare two folders, or two settings of one, answer in turn, and it is said whether one is faster or
      whether that may be chance.

        oven bench --compare models/a models/b
        oven bench models/a --compare engine=paged engine=stateful
      """)

  @Argument(help: "The baked folder, its openvino_model.xml, or a name of the store.", completion: .model)
  var model: String?
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Measure two folders in turn, or two settings of the model, as engine=paged,precision=f32.",
      valueName: "a b"),
    completion: .model)
  var compare: [String] = []
  @Option(help: "Tokens of the longest prompt, and of the one before the answer.") var promptTokens = 128
  @Option(help: "Tokens of an answer.") var generateTokens = 128
  @Option(help: "How often each thing is measured.") var repetitions = 5
  @Option(
    help: ArgumentHelp(
      "Measure so many requests at once instead: 1,4,16, or repeated.", valueName: "n,n"),
    transform: SequenceCounts.init) var sequences: [SequenceCounts] = []
  @Option(help: "Measure the first token of two prompts that share so many tokens, too, with --sequences.")
  var sharedPrefix: Int?
  @Flag(help: "Print the figures as JSON to stdout.") var json = false
  @OptionGroup(title: "Device") var runtime: RuntimeOptions
  @OptionGroup(title: "Many requests") var service: ServiceOptions

  func validate() throws {
    guard model != nil || !compare.isEmpty else { throw ValidationError("Missing a model, or --compare A B") }
    guard promptTokens > 0, generateTokens > 1, repetitions > 0 else {
      throw ValidationError("--prompt-tokens and --repetitions must be above 0, --generate-tokens above 1")
    }
    guard sharedPrefix.map({ $0 > 0 && !sequences.isEmpty }) ?? true else {
      throw ValidationError("--shared-prefix must be above 0, and goes with --sequences")
    }
  }

  func run() async throws {
    let signals = SignalWatch()
    guard compare.isEmpty, let model else {
      let comparison = try BenchComparison(
        compare, model: model, options: runtime, promptTokens: promptTokens, generateTokens: generateTokens,
        repetitions: repetitions)
      let report = try await signals.loading { try await comparison.measure() }
      if json { return Terminal.output.line(report.json.serialized(.pretty)) }
      return Terminal.output.rows(report.lines)
    }
    let run = BenchRun(
      folder: try ModelFolder(named: model), runtime: runtime, promptTokens: promptTokens,
      generateTokens: generateTokens, repetitions: repetitions)
    let place = run.place
    signals.beforeEnd { try? FileManager.default.removeItem(at: place) }
    let report =
      sequences.isEmpty
      ? try await run.measure(service)
      : try await run.measure(
        sequences: sequences.flatMap(\.counts), sharedPrefix: sharedPrefix, service)
    if json {
      Terminal.output.line(report.json.serialized(.pretty))
    } else {
      Terminal.output.rows(report.lines)
    }
  }
}

/// How many requests at once, one or several of them: `4` or `1,4,16`.
struct SequenceCounts {
  let counts: [Int]

  init(_ text: String) throws {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    counts = numbers.compactMap { $0 }
    guard counts.count == numbers.count, counts.allSatisfy({ (1...4096).contains($0) }) else {
      throw ValidationError("--sequences takes numbers from 1 to 4096, such as 1,4,16; not \(text)")
    }
  }
}
