import ArgumentParser

/// The options that say what four-bit weights are rounded by; names and meanings are optimum-cli's where it has them.
struct CalibrationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      What four-bit weights are rounded by: a text that the model writes itself, none (each number to nearest), or a \
      text file or JSON lines. (default: self, where OpenVINO is there and it takes less than two minutes)
      """, valueName: "self|none|file"),
    completion: .file())
  var calibrate: String?

  @Flag(
    help: """
      Calibrate with activation-aware scales of channels; without others of these three options, with these alone. \
      Without a calibration: channels evened out by the weights alone.
      """)
  var awq = false
  @Flag(help: "Calibrate with scales of groups by what an error costs.") var scaleEstimation = false
  @Flag(help: "Calibrate with errors passed on to columns that are rounded later.") var gptq = false

  @Flag(help: "Calibrate, and move scales and values once more: a little better, and twice as long.")
  var refine = false

  @Option(
    help: "The text to calibrate on, as --calibrate: auto for the model's own, or a file.",
    completion: .file())
  var dataset: String?
  @Option(
    parsing: .unconditional,
    help: "Windows of 256 tokens of the text. (default: 64, of half a billion parameters and more 32)")
  var numSamples: Int?

  func validate() throws {
    guard (1...4096).contains(numSamples ?? 1) else {
      throw ValidationError("--num-samples is from 1 to 4096")
    }
    guard calibrate == nil || dataset == nil else {
      throw ValidationError("--calibrate and --dataset name the same thing: give one of them")
    }
    if let dataset, ["wikitext2", "c4", "c4-new", "gsm8k"].contains(dataset) {
      throw ValidationError(
        "--dataset \(dataset) would have to be downloaded, which a bake does not do: give --dataset auto for the "
          + "model's own text, or the path of a file")
    }
    if text == "none", scaleEstimation || gptq || refine {
      throw ValidationError("--scale-estimation, --gptq and --refine read a text: leave --calibrate none out")
    }
  }

  /// `self`, `none`, a path, or nil where nothing was asked for.
  var text: String? { calibrate ?? dataset.map { $0 == "auto" ? "self" : $0 } }

  /// Whether a calibration was asked for by name, so that one that cannot be done is an error.
  var isExplicit: Bool { text.map { $0 != "none" } ?? (scaleEstimation || gptq || refine) }

  /// Whether `--awq` means the form that needs no data.
  var wantsDataFreeAWQ: Bool { awq && !isExplicit }
}
