import ArgumentParser
import Files
import JSON
import OpenVINO
import Supervisor
import Tokenization

/// `oven tune`: which settings are fastest for a model on this machine.
struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Find the fastest settings for a model on this machine, and use them from now on.",
    discussion: """
      Tries the settings that matter in turn: what computes products, groups of dynamic quantisation, the type that is computed with, the type \
      of keys and values, threads, pinning, the engine. Each is loaded beside the best so far, and both answer in \
      turn. What is faster beyond doubt and predicts as exactly is kept beside the compiled models, and used by every \
      later load, until the driver, OpenVINO or the machine changes. What you set yourself with --property is never \
      changed.

        oven tune models/neuralchat_int4
        oven tune models/neuralchat_int4 --explain
      """)

  @Argument(help: "The baked folder, its openvino_model.xml, or a name of the store.", completion: .directory)
  var model: String
  @Flag(help: "Measure nothing: show what was found, with its table.") var explain = false
  @Flag(help: "Measure nothing: forget what was found.") var forget = false
  @Option(help: "Tokens of the prompt.") var promptTokens = 256
  @Option(help: "Tokens of the answer.") var generateTokens = 32
  @Option(
    help:
      "How often a setting and the best before it answer in turn; three times as often where it seems faster."
  )
  var pairs = 5
  @Option(help: "Nats by which predictions may be further from the exact ones than they usually are.")
  var tolerance = 0.01
  @Option(
    parsing: .unconditional,
    help: "After how many minutes nothing more is tried; what was found until then is kept.")
  var minutes = 30.0
  @Flag(help: "Print JSON to stdout.") var json = false
  @OptionGroup(title: "Device") var runtime: RuntimeOptions

  func validate() throws {
    guard promptTokens > 0, generateTokens > 0, pairs > 1 else {
      throw ValidationError("--prompt-tokens and --generate-tokens must be above 0, --pairs above 1")
    }
    guard minutes > 0, minutes <= 10_000 else {
      throw ValidationError("--minutes must be above 0 and at most 10000")
    }
    guard !(explain && forget) else { throw ValidationError("--explain and --forget exclude each other") }
    guard !runtime.usesFixedShapes, runtime.precision == .fast, runtime.cpuKernels == .auto else {
      throw ValidationError(
        "oven tune finds these out itself: leave --static, --precision and --cpu-kernels out")
    }
  }

  func run() throws {
    let folder = try ModelFolder(named: model)
    let screen = LoadScreen()
    let loader = try runtime.makeLoader { screen.show($0) }
    var request = runtime.request(for: folder)
    request.device = try device(loader)
    let store = runtime.tuningStore
    let key = try loader.tuningKey(request, on: request.device)
    if forget {
      store.forget(key)
      return Terminal.error.line("Nothing is tuned for \(folder.folder) on \(request.device) any more.")
    }
    let report = TuningReport(folder: folder.folder)
    if explain {
      guard let record = store.record(for: key) else {
        throw report.nothing(on: request.device, outdated: store.outdated(key), now: key)
      }
      return show(record, report)
    }
    let record = try measure(folder, loader, request, key)
    try store.keep(record)
    show(record, report)
    // The load that others will find.
    if !runtime.noCache {
      _ = try loader.makeEngine(request.tuned(record.settings))
    }
  }

  private func show(_ record: TuningRecord, _ report: TuningReport) {
    if json { return Terminal.output.line(record.json.serialized(.pretty)) }
    report.lines(record).forEach { Terminal.output.line($0) }
  }

  /// The device that a run would take.
  private func device(_ loader: ModelLoader) throws -> String {
    guard runtime.device == "AUTO" else { return runtime.device }
    let devices = try loader.core.devices()
    return devices.first { $0.hasPrefix("GPU") } ?? "CPU"
  }

  private func measure(
    _ folder: ModelFolder, _ loader: ModelLoader, _ request: ModelLoader.Request, _ key: CacheKey
  ) throws -> TuningRecord {
    guard !request.device.hasPrefix("NPU") else {
      throw ErrorReport(
        what: "an NPU is not tuned", why: "its plugin has no settings of this kind",
        mend: "give --device CPU or --device GPU", status: .usage)
    }
    let tokens = try Tokenizer.load(folder: folder.folder).encode(
      ReferenceText.text, addSpecialTokens: true)
    guard !tokens.isEmpty else {
      throw ErrorReport(
        what: "the tokenizer of \(folder.folder) makes no tokens of a text", why: "", mend: "",
        status: .badData)
    }
    let capabilities = try loader.core.property(
      PropertyKey(rawValue: "OPTIMIZATION_CAPABILITIES"), of: request.device)
    let candidates = TuningCandidates(
      device: request.device,
      precisions: capabilities.split { !$0.isLetter && !$0.isNumber }.map(String.init),
      groups: FolderGroups.lengths(folder), processors: HostResources.processorCount,
      otherEngine: folder.hasDeltaNets ? .paged : .stateful)
    var effort = Tuner.Effort()
    (effort.promptTokens, effort.answerTokens) = (promptTokens, generateTokens)
    (effort.pairs, effort.tolerance) = (pairs, tolerance)
    effort.longest = .seconds(60 * minutes)
    var quiet = loader
    quiet.report = { _ in }
    Terminal.error.line("Trying settings on \(request.device); other programs should rest meanwhile.")
    let found = try Tuner(quiet, request, tokens: tokens, effort: effort).tune(candidates) { trial in
      Terminal.error.line("  " + TuningReport.line(trial))
    }
    return TuningRecord(
      key: key, settings: found.settings, trials: found.trials, date: LocalClock.now())
  }
}

/// The lengths of the groups of weights that share a scale.
private enum FolderGroups {
  /// What the manifest says; none for folders of others.
  static func lengths(_ folder: ModelFolder) -> [Int] {
    guard let manifest = folder.manifest, let bytes = SmallFile.bytes(at: manifest, limit: 1 << 28),
      let rows = (try? JSON(parsing: bytes))?["tensors"]?.array
    else { return [] }
    return Array(Set(rows.compactMap { $0["group_size"]?.int }))
  }
}
