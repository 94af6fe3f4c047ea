import ArgumentParser
import Baking
import Foundation
import Quantization

/// `oven bake`: a checkpoint becomes a folder that any Intel machine runs.
struct BakeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bake",
    abstract: "Turn a checkpoint into a folder of OpenVINO files with INT4 weights.",
    discussion: """
      SOURCE is a Hugging Face folder (config.json with safetensors or .bin weights), a .gguf or a .safetensors
      file. The result opens in Oven, OpenVINO GenAI, OpenVINO Model Server and optimum-intel.

      The folder appears under its name only when it is whole. A bake that was stopped goes on with --resume.

        oven bake ./neural-chat-7b -o models/neuralchat_int4
        oven bake --model-id Intel/neural-chat-7b-v3-1 --output-dir models/neuralchat_int4
        oven bake model.gguf -o models/m --weight-format int4 --group-size 128
      """)

  @Argument(help: "A model folder, or a .gguf or .safetensors file.", completion: .file())
  var source: String?

  @Option(
    help:
      "A model of the hub instead: owner/name. It comes into the cache that all tools share, and is baked meanwhile."
  )
  var modelId: String?

  @Flag(help: "Read the weights of --model_id from the hub while baking, and never store them.")
  var stream = false

  @Option(name: [.customShort("o"), .long], help: "The folder to write.", completion: .directory)
  var outputDir: String

  @OptionGroup(title: "Hub") var hub: HubOptions

  @OptionGroup(title: "Weights") var weights: WeightOptions

  @OptionGroup(title: "Calibration") var calibration: CalibrationOptions

  @OptionGroup(title: "Graphs") var graphs: GraphShapeOptions

  @Option(
    name: .customLong("lora"), parsing: .singleValue,
    help: ArgumentHelp(
      "Merge a LoRA adapter that PEFT saved; DIR=0.5 scales its change. May be given several times.",
      valueName: "dir"), completion: .directory)
  var adapters: [AdapterOption] = []

  @Flag(help: "Replace the output folder if it exists.") var force = false
  @Flag(help: "Continue a bake that was stopped, after checking what it left.") var resume = false
  @Flag(name: .customLong("no-tokenizer"), help: "Accept a source that has no tokenizer.") var noTokenizer =
    false
  @Flag(help: "Fail where OpenVINO GenAI would read the tokenizer differently.") var strictTokenizer = false
  @Flag(help: "Accept NaN and infinity in the weights.") var allowNonfinite = false
  @Flag(
    name: .customLong("sha256"), help: "SHA-256 for the weights file's checksum, instead of XXH3 (slower).")
  var usesSHA256 = false
  @Flag(
    help: """
      Compile the result on the CPU and compare its predictions on a built-in text with those of the unquantised \
      weights: divergence and perplexity of both go into oven.json.
      """)
  var verify = false
  @Option(
    parsing: .unconditional,
    help: "Verify, and refuse a result whose predictions are off by more than this mean divergence, in nats.")
  var maxKl: Double?
  @Flag(help: "Print the report as JSON to stdout.") var json = false

  func validate() throws {
    guard (source == nil) != (modelId == nil) else {
      throw ValidationError("Name one checkpoint: oven bake SOURCE -o DIR, or oven bake --model_id ID -o DIR")
    }
    if let maxKl, !(maxKl >= 0) { throw ValidationError("--max-kl must be 0 or more") }
    if verify || maxKl != nil, noTokenizer {
      throw ValidationError("--verify and --max-kl read a text: leave --no-tokenizer out")
    }
    if stream, modelId == nil { throw ValidationError("--stream reads a model of the hub: give --model_id") }
  }

  func run() async throws {
    var options = BakeOptions(
      source: URL(filePath: source ?? "."), destination: URL(filePath: outputDir), recipe: request)
    options.settingName = { $0.option }
    options.replacesDestination = force
    options.resumes = resume
    options.needsTokenizer = !noTokenizer
    options.isStrictAboutTokenizer = strictTokenizer
    options.allowsNonFinite = allowNonfinite
    options.usesSHA256 = usesSHA256
    options.adapters = adapters.map { .init(folder: URL(filePath: $0.folder), scale: $0.scale) }
    graphs.apply(to: &options)
    let screen = BakeScreen()
    defer { screen.finish() }
    let run = BakeRun(
      options: options,
      calibration: BakeCalibration(
        options: calibration, weights: options.recipe, isRemote: modelId != nil),
      remote: modelId.map { .init(model: $0, hub: hub, streams: stream) }, verifies: verify, maxKl: maxKl)
    let report = try await run.run(screen)
    json ? Terminal.output.line(report.manifest.serialized(.pretty)) : screen.show(report)
  }
}

extension BakeCommand {
  private var request: RecipeRequest {
    var request = weights.request
    request.awq = calibration.wantsDataFreeAWQ
    return request
  }
}

/// The options that say how weights are stored; names and meanings are optimum-cli's.
struct WeightOptions: ParsableArguments {
  @Option(
    help: """
      How weights are stored: fp32, fp16, int8, int4, nf4 or mxfp4. (default: int4; a GGUF's own 4- and 8-bit \
      values are kept)
      """)
  var weightFormat: QuantizationRecipe.WeightType?
  @Option(help: "Choose what runs best on a device: any, npu, cpu or gpu.")
  var target: QuantizationRecipe.Target = .any
  @Flag(inversion: .prefixedNo, help: "Symmetric INT4: no zero points. (default: --sym)") var sym: Bool?
  @Option(
    parsing: .unconditional,
    help: """
      Weights of a row that share a scale; -1 for the whole row. One that does not divide the row is adjusted. \
      (default: 128; whole rows above 5 billion weights unless --target is cpu or gpu, and for npu where they are \
      calibrated)
      """)
  var groupSize: Int?
  @Option(help: "The share of the weights that are 4-bit; the others take the backup precision.")
  var ratio: Double = 1
  @Option(help: "Precision of the rest: none, int8_sym or int8_asym. (default: int8_sym)")
  var backupPrecision: QuantizationRecipe.BackupPrecision?
  @Flag(help: "Also embeddings and head in 4 bits.") var allLayers = false
  @Option(help: "What to do with a group size that does not divide a row: error, ignore or adjust.")
  var groupSizeFallback: QuantizationRecipe.GroupSizeFallback = .adjust

  /// What Baking is asked for.
  var request: RecipeRequest {
    var request = RecipeRequest()
    request.weightFormat = weightFormat
    request.target = target
    request.isSymmetric = sym
    request.groupSize = groupSize
    request.ratio = ratio
    request.backupPrecision = backupPrecision
    request.allLayers = allLayers
    request.groupSizeFallback = groupSizeFallback
    return request
  }
}

extension QuantizationRecipe.WeightType: ExpressibleByArgument {}
extension QuantizationRecipe.Target: ExpressibleByArgument {}
extension QuantizationRecipe.BackupPrecision: ExpressibleByArgument {}
extension QuantizationRecipe.GroupSizeFallback: ExpressibleByArgument {}

/// The options that say which graphs are written.
struct GraphShapeOptions: ParsableArguments {
  @Flag(help: "Also write fixed-shape prefill and decode graphs, as a raw NPU compile wants them.")
  var `static` = false
  @Option(help: "Tokens that the fixed-shape prefill takes at once; longer prompts go in chunks.")
  var promptLength: Int = 1024
  @Option(help: "Tokens of the whole conversation in the fixed-shape graphs.") var contextLength: Int = 1152
  @Option(
    help: ArgumentHelp(
      "Another decode graph, for conversations up to so many tokens; may be given several times.",
      discussion: "A step reads all that a graph can see. Each graph takes the weights' room on the device."))
  var contextStep: [Int] = []
  @Flag(inversion: .prefixedNo, help: "Merge q, k, v and gate, up into one matrix each.")
  var mergeProjections: Bool?

  func apply(to options: inout BakeOptions) {
    if `static` {
      options.staticShapes = .init(
        promptLength: promptLength, contextLength: contextLength, contextSteps: contextStep)
    }
    if let mergeProjections { options.mergesProjections = mergeProjections }
  }
}
