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
      """)

  @Argument(help: "The baked folder, or its openvino_model.xml.", completion: .directory) var model: String
  @Option(help: "Tokens of the longest prompt, and of the one before the answer.") var promptTokens = 128
  @Option(help: "Tokens of an answer.") var generateTokens = 128
  @Option(help: "How often each thing is measured.") var repetitions = 5
  @Flag(help: "Print the figures as JSON to stdout.") var json = false
  @OptionGroup(title: "Device") var runtime: RuntimeOptions

  func validate() throws {
    guard promptTokens > 0, generateTokens > 1, repetitions > 0 else {
      throw ValidationError("--prompt-tokens and --repetitions must be above 0, --generate-tokens above 1")
    }
  }

  func run() async throws {
    let signals = SignalWatch()
    let run = BenchRun(
      folder: try ModelFolder(path: model), runtime: runtime, promptTokens: promptTokens,
      generateTokens: generateTokens, repetitions: repetitions)
    let place = run.place
    signals.beforeEnd { try? FileManager.default.removeItem(at: place) }
    let report = try signals.loading { try run.measure() }
    if json {
      Terminal.output.line(report.json.serialized(.pretty))
    } else {
      report.lines.forEach { Terminal.output.line($0) }
    }
  }
}
