import ArgumentParser
import Foundation
import OpenVINO
import Supervisor

/// Which device runs a model, with which properties, and where compiled models are kept.
struct RuntimeOptions: ParsableArguments {
  @Option(
    help: """
      NPU, GPU, CPU, or as OpenVINO names it (GPU.1, HETERO:GPU,CPU). AUTO tries NPU, GPU and CPU and says why \
      one was passed over; a device named is that one or an error.
      """)
  var device = "AUTO"
  @Option(name: .customLong("property"), help: "A property for the plugin, KEY=VALUE; may be repeated.")
  var properties: [PluginProperty] = []
  @Option(
    help: """
      Where compiled models are kept. (default: CACHE_DIR, else ./model_cache where it or ./models exists, else the \
      user's cache folder)
      """, completion: .directory)
  var cacheDir: String?
  @Option(
    parsing: .unconditional,
    help: "Gigabytes that compiled models may take; the least recently used go first.")
  var cacheBudget: Double = 20
  @Flag(name: .customLong("no-cache"), help: "Compile every time, and keep nothing.") var noCache = false
  @Flag(name: .customLong("no-tuning"), help: "Leave out what `oven tune` found to be fastest.")
  var noTuning = false
  /// Where that is kept, if not beside the compiled models.
  @Option(help: .hidden) var tuningDir: String?
  @Flag(name: .customLong("no-canary"), help: "Do not compare a device with the CPU after its first load.")
  var noCanary = false
  @Flag(
    name: .customLong("static"), help: "Run the fixed-shape graphs of a folder that was baked with --static.")
  var usesFixedShapes = false
  @Option(
    help: """
      paged, stateful or auto: what keeps the conversation on a CPU. auto is paged where the model can and that \
      is faster.
      """)
  var engine = EngineChoice.auto
  @Option(
    help: """
      CPU: what computes products with 4-bit and 8-bit weights. plugin is OpenVINO's; oven reads weights where the \
      file has them, so that starts are short and memory holds them once; auto is oven where nearly all of a model is \
      of kinds that it computes.
      """)
  var cpuKernels = CPUKernels.auto
  @Option(help: "CPU: fast rounds activations to 8 bits; f32 leaves them as they are, and is slower.")
  var precision = CPUPrecision.fast
  @Option(parsing: .unconditional, help: "NPU: tokens of the longest prompt.") var promptLength: Int = 1024
  @Option(parsing: .unconditional, help: "NPU: tokens left for an answer to it.") var responseLength: Int =
    128
  @Option(help: "NPU: DYNAMIC or STATIC prefill.") var prefillHint: String?
  @Option(help: "NPU: FAST_COMPILE or BEST_PERF for generation.") var generateHint: String?

  /// The place of compiled models.
  var cachePlace: CachePlace { CachePlace(option: cacheDir) }

  /// The place of what `oven tune` found.
  var tuningStore: TuningStore {
    let place = CachePlace(option: tuningDir ?? cacheDir)
    return TuningStore(cache: place.folder, trust: place.trust)
  }

  /// The user's properties.
  var userProperties: Properties {
    var result: Properties = [:]
    for property in properties { result[PropertyKey(rawValue: property.key)] = .text(property.value) }
    return result
  }

  /// What the loader is asked for.
  func request(for model: ModelFolder) -> ModelLoader.Request {
    var request = ModelLoader.Request(model: model)
    request.device = device
    request.properties = userProperties
    request.usesFixedShapes = usesFixedShapes
    request.engine = engine
    request.cpuKernels = cpuKernels
    request.precision = precision
    request.npu = NPUProperties(
      promptLength: promptLength, responseLength: responseLength, prefillHint: prefillHint,
      generateHint: generateHint)
    return request
  }

  /// The loader, with its cache. A cache that cannot be used is a warning.
  func makeLoader(_ report: @escaping @Sendable (LoadEvent) -> Void) throws -> ModelLoader {
    let core = try Core()
    var cache: CompiledModelCache?
    if !noCache {
      do throws(SupervisorError) {
        let place = cachePlace
        cache = try CompiledModelCache(
          folder: place.folder, budget: Int(cacheBudget * 1e9), trust: place.trust)
      } catch { report(.cacheWarning(error)) }
    }
    var loader = ModelLoader(core: core, cache: cache, report: report)
    if !noTuning { loader.tuning = tuningStore }
    return loader
  }

  func validate() throws {
    guard cacheBudget > 0, cacheBudget < 1e9 else { throw ValidationError("--cache-budget must be above 0") }
    guard !usesFixedShapes || engine != .paged else {
      throw ValidationError("--static and --engine paged exclude each other")
    }
    guard cpuKernels != .oven && precision == .fast || device == "AUTO" || device == "CPU" else {
      throw ValidationError("--cpu-kernels and --precision are about the CPU, not about \(device)")
    }
    guard promptLength > 0, responseLength > 0 else {
      throw ValidationError("--prompt-length and --response-length must be above 0")
    }
  }
}

extension EngineChoice: ExpressibleByArgument {}
extension CPUKernels: ExpressibleByArgument {}
extension CPUPrecision: ExpressibleByArgument {}

/// `KEY=VALUE` of `--property`.
struct PluginProperty: ExpressibleByArgument {
  let key: String
  let value: String

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else { return nil }
    key = String(parts[0])
    value = String(parts[1])
  }
}

extension CachePlace {
  /// Whose folder it may be.
  var trust: CacheTrust { isNamed ? .named : .own }
}
