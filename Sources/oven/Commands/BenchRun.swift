import Baking
import Files
import Foundation
import Generation
import OpenVINO
import Supervisor
import Tokenization

/// The measurements of `oven bench`.
struct BenchRun {
  let folder: ModelFolder
  let runtime: RuntimeOptions
  let promptTokens: Int
  let generateTokens: Int
  let repetitions: Int
  /// Where compiled models are kept meanwhile.
  let place = BenchRun.place()

  /// A folder for blobs of gigabytes: where temporary files are memory, beside the usual cache instead.
  private static func place() -> URL {
    let name = "oven-bench-\(UUID().uuidString)"
    let usual = FileManager.default.temporaryDirectory
    guard MemoryFileSystem.holds(usual.path) else { return usual.appendingPathComponent(name) }
    let other = [
      Processes.variable("XDG_CACHE_HOME"), Processes.variable("HOME").map { $0 + "/.cache" }, ".",
    ]
    .compactMap { $0 }.first { $0.isEmpty == false && !MemoryFileSystem.holds($0) }
    return (other.map { URL(fileURLWithPath: $0) } ?? usual).appendingPathComponent(name)
  }

  /// Measures so many requests at once, in the usual cache folder or one that is gone afterwards.
  func measure(
    sequences: [Int], sharedPrefix: Int?, _ options: ServiceOptions
  ) async throws -> BenchReport {
    let tokenizer = try Tokenizer.load(folder: folder.folder)
    defer { try? FileManager.default.removeItem(at: place) }
    var runtime = runtime
    // What was found to be fastest is still where it was.
    runtime.tuningDir = runtime.tuningDir ?? runtime.cachePlace.folder
    runtime.cacheDir = place.path
    var options = options
    options.maxSequences = max(options.maxSequences, sequences.max() ?? 1)
    let start = ContinuousClock.now
    let service = try await ServiceLoader(
      folder: folder, tokenizer: tokenizer, runtime: runtime, service: options
    ).load()
    let loadSeconds = start.duration(to: .now) / .seconds(1)
    var report = BenchReport(
      model: folder.folder, device: runtime.device, deviceName: service.deviceName,
      runtime: try OpenVINORuntime.shared().version, engine: service.engineName,
      kernels: runtime.cpuKernels == .auto ? nil : runtime.cpuKernels,
      compileSeconds: loadSeconds)
    let bench = BatchBench(
      service: service, tokenizer: tokenizer, promptTokens: promptTokens, generateTokens: generateTokens,
      repetitions: repetitions)
    for count in sequences { report.batch.append(try await bench.measure(sequences: count)) }
    if let sharedPrefix { report.sharedPrefix = try await bench.measure(sharedPrefix: sharedPrefix) }
    report.restarts = await service.status().restarts
    return report
  }

  /// Measures everything, in a cache folder that is gone afterwards.
  func measure(_ options: ServiceOptions) async throws -> BenchReport {
    let core = try Core()
    let tokenizer = try Tokenizer.load(folder: folder.folder)
    defer { try? FileManager.default.removeItem(at: place) }
    let cache = try CompiledModelCache(folder: place.path, budget: Int(runtime.cacheBudget * 1e9))
    let screen = LoadScreen()
    var loader = ModelLoader(core: core, cache: cache) { screen.show($0) }
    if !runtime.noTuning { loader.tuning = runtime.tuningStore }
    var request = runtime.request(for: folder)
    let compiled = try loader.loadRunnable(request).report
    // AUTO has chosen; the loads from the cache are of the same device.
    request.device = compiled.device.device
    loader.report = { _ in }
    var cached: [Double] = []
    var model = try loader.loadRunnable(request)
    while model.report.fromCache, cached.count < repetitions {
      cached.append(model.report.seconds)
      if cached.count < repetitions { model = try loader.loadRunnable(request) }
    }
    let report = model.report
    let service = try await BatchBench.service(of: model, options.paged, tokenizer)
    let bench = BatchBench(
      service: service, tokenizer: tokenizer, promptTokens: promptTokens, generateTokens: generateTokens,
      repetitions: repetitions)
    let warmUpSeconds = try await bench.warmUp()
    var prefills: [BenchReport.Prefill] = []
    let lengths = prefillLengths(min(service.limits.longestPrompt, service.contextLength - 1))
    for length in lengths { prefills.append(try await bench.prefill(length)) }
    let decode = try await bench.decode(after: lengths.last ?? 1)
    return BenchReport(
      model: folder.folder, device: report.device.device, deviceName: report.device.name,
      runtime: core.runtime.version, engine: report.engine.rawValue, kernels: report.kernels,
      compileSeconds: compiled.seconds,
      answers: .init(
        cachedSeconds: Spread(values: cached), warmUpSeconds: warmUpSeconds, prefills: prefills,
        decode: decode),
      peakMemory: HostResources.peakMemory)
  }

  /// A sixteenth, a quarter and all of the longest prompt, as far as there is room.
  private func prefillLengths(_ room: Int) -> [Int] {
    let longest = max(1, min(promptTokens, room))
    return Array(Set([longest / 16, longest / 4, longest].filter { $0 > 0 })).sorted()
  }
}
