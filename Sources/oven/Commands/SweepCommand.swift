import ArgumentParser
import Files
import Foundation
import Quantization

/// `oven sweep`: what each way to store a model's weights costs, and what it gains.
struct SweepCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Bake a checkpoint in all schemes that suit a device, and show quality against speed and size.",
    discussion: """
      Every scheme is baked as 'oven bake' does it, with its calibration. Quality is how far the predictions on a \
      built-in text are from those of the unquantised weights; speed is measured as 'oven bench' does it. The folders \
      stay: take the one you like.

        oven sweep model.gguf -o models/sweep
        oven sweep ./checkpoint -o models/sweep --target npu --device NPU
      """)

  @Argument(help: "A model folder, or a .gguf or .safetensors file.", completion: .file()) var source: String
  @Option(
    name: [.customShort("o"), .long], help: "The folder that gets a folder for each scheme.",
    completion: .directory)
  var outputDir: String
  @Option(help: "Try what suits a device: any, npu, cpu or gpu.") var target: QuantizationRecipe.Target = .any
  @Option(
    parsing: .upToNextOption,
    help: "Try only these: int8, int4_sym_g32, int4_sym_g64, int4_sym_g128, int4_sym_row, int4_asym_g64.")
  var schemes: [String] = []
  @Option(help: "Tokens of the prompt before the answer that is timed.") var promptTokens = 128
  @Option(help: "Tokens of that answer.") var generateTokens = 64
  @Option(help: "How often each is timed.") var repetitions = 3
  @Option(help: "Also draw the picture into this SVG file.", completion: .file()) var svg: String?
  @Flag(help: "Bake again what the folder has already.") var force = false
  @Flag(help: "Print the figures as JSON to stdout.") var json = false
  @OptionGroup(title: "Calibration") var calibration: CalibrationOptions
  @OptionGroup(title: "Device") var runtime: RuntimeOptions

  func validate() throws {
    guard promptTokens > 0, generateTokens > 1, repetitions > 0 else {
      throw ValidationError("--prompt-tokens and --repetitions must be above 0, --generate-tokens above 1")
    }
    let names = SweepScheme.all(for: target).map(\.name)
    if let unknown = schemes.first(where: { !names.contains($0) }) {
      throw ValidationError(
        "--schemes has no \(unknown) for this target, but \(names.joined(separator: ", "))")
    }
  }

  func run() async throws {
    if let svg, let why = FilePlace.refusal(svg) {
      throw ErrorReport(
        what: "cannot write \(svg)", why: why, mend: "name a new file in a folder where you may write",
        status: .cannotCreate)
    }
    let chosen = SweepScheme.all(for: target).filter { schemes.isEmpty || schemes.contains($0.name) }
    let run = SweepRun(
      source: URL(filePath: source), folder: URL(filePath: outputDir), target: target, bakesAgain: force,
      calibration: calibration, runtime: runtime, promptTokens: promptTokens, generateTokens: generateTokens,
      repetitions: repetitions)
    let report = try await run.run(chosen)
    if let svg { try SmallFile.replace(svg, with: Array(SweepPicture(report).svg.utf8)) }
    json ? Terminal.output.line(report.json.serialized(.pretty)) : Terminal.output.rows(report.lines)
  }
}
