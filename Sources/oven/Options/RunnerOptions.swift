import ArgumentParser
import Supervisor

/// Where a model computes, and with how much room.
struct RunnerOptions: ParsableArguments {
  @Option(help: "Tokens of one conversation at most. (default: the model's own)") var contextLength: Int?
  @Option(help: "Gigabytes of keys and values at most. (default: half of the free memory)")
  var kvCacheSize: Double?
  @Option(help: "Seconds that one step may take; then the worker is taken for dead and started again.")
  var stepDeadline = 600.0
  @Option(
    help:
      "A small model with the same vocabulary, which guesses what the other one will say: same words, sooner.",
    completion: .directory)
  var draft: String?
  @Option(
    help:
      "Keep what prompts begin with in this folder, so that a long one that was seen before begins at once.",
    completion: .directory)
  var prefixCache: String?
  @Option(help: "Gigabytes that --prefix-cache may take.") var prefixCacheSize = 4.0
  @Flag(
    name: .customLong("no-guesses"),
    help: "Compute every token alone, and do not try what stood in the text before as what comes next.")
  var noGuesses = false
  @Flag(name: .customLong("no-huge-pages"), help: "Leave memory in pages of the usual size.")
  var noHugePages = false
  @Flag(help: "Compute in this process, and end with it when a driver crashes: for debuggers.")
  var inProcess = false

  func validate() throws {
    guard (contextLength ?? 2) >= 2 else { throw ValidationError("--context-length must be 2 or more") }
    guard kvCacheSize.map({ $0 > 0 && $0 < 1e6 }) ?? true else {
      throw ValidationError("--kv-cache-size must be above 0, in gigabytes")
    }
    guard prefixCacheSize > 0, prefixCacheSize < 1e6 else {
      throw ValidationError("--prefix-cache-size must be above 0, in gigabytes")
    }
    guard stepDeadline > 0 else { throw ValidationError("--step-deadline must be above 0") }
  }

  /// What the runner is asked for.
  ///
  /// - Parameter sequences: The answers that are generated at once.
  func paged(sequences: Int) -> PagedRunner.Options {
    var options = PagedRunner.Options()
    options.contextLength = contextLength
    options.cacheBytes = kvCacheSize.map { Int($0 * 1e9) }
    options.sequences = sequences
    options.usesHugePages = !noHugePages
    options.prefixes = prefixCache.map { .init(folder: $0, budget: Int(prefixCacheSize * 1e9)) }
    return options
  }

  /// The same, for the worker's command line.
  var arguments: [String] {
    var result: [String] = []
    if let contextLength { result += ["--context-length", "\(contextLength)"] }
    if let kvCacheSize { result += ["--kv-cache-size", "\(kvCacheSize)"] }
    if noHugePages { result.append("--no-huge-pages") }
    if let prefixCache {
      result += ["--prefix-cache", prefixCache, "--prefix-cache-size", "\(prefixCacheSize)"]
    }
    if let draft { result += ["--draft", draft] }
    return result
  }
}

extension RuntimeOptions {
  /// The same, for the worker's command line.
  var arguments: [String] {
    var result = [
      "--device", device, "--cache-budget", "\(cacheBudget)",
      "--engine", engine.rawValue, "--cpu-kernels", cpuKernels.rawValue, "--precision", precision.rawValue,
      "--prompt-length", "\(promptLength)", "--response-length", "\(responseLength)",
    ]
    // The worker finds the usual place as this process does.
    if let cacheDir { result += ["--cache-dir", cacheDir] }
    for property in properties { result += ["--property", "\(property.key)=\(property.value)"] }
    if noCache { result.append("--no-cache") }
    if noTuning { result.append("--no-tuning") }
    if let tuningDir { result += ["--tuning-dir", tuningDir] }
    if noCanary { result.append("--no-canary") }
    if usesFixedShapes { result.append("--static") }
    if let prefillHint { result += ["--prefill-hint", prefillHint] }
    if let generateHint { result += ["--generate-hint", generateHint] }
    return result
  }
}
