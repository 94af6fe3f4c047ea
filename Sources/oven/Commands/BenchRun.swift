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
  func measure(sequences: [Int], _ options: ServiceOptions) async throws -> BenchReport {
    let tokenizer = try Tokenizer.load(folder: folder.folder)
    defer { try? FileManager.default.removeItem(at: place) }
    var runtime = runtime
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
      runtime: try OpenVINORuntime.shared().version, engine: service.engineName, kernels: runtime.cpuKernels,
      compileSeconds: loadSeconds)
    let bench = BatchBench(
      service: service, tokenizer: tokenizer, promptTokens: promptTokens, generateTokens: generateTokens,
      repetitions: repetitions)
    for count in sequences { report.batch.append(try await bench.measure(sequences: count)) }
    return report
  }

  /// Measures everything, in a cache folder that is gone afterwards.
  func measure() throws -> BenchReport {
    let core = try Core()
    let tokenizer = try Tokenizer.load(folder: folder.folder)
    defer { try? FileManager.default.removeItem(at: place) }
    let cache = try CompiledModelCache(folder: place.path, budget: Int(runtime.cacheBudget * 1e9))
    let screen = LoadScreen()
    let loader = ModelLoader(core: core, cache: cache) { screen.show($0) }
    var request = runtime.request(for: folder)
    let compileSeconds: Double
    do {
      let compiled = try loader.makeEngine(request).report
      compileSeconds = compiled.seconds
      // AUTO has chosen; the loads from the cache are of the same device.
      request.device = compiled.device.device
    }
    var cached: [Double] = []
    var engine = try quietly(loader).makeEngine(request)
    while engine.report.fromCache, cached.count < repetitions {
      cached.append(engine.report.seconds)
      if cached.count < repetitions { engine = try quietly(loader).makeEngine(request) }
    }
    let start = ContinuousClock.now
    try engine.warmUp()
    let warmUpSeconds = start.duration(to: .now) / .seconds(1)
    let probe = Probe(engine: engine, tokenizer: tokenizer, repetitions: repetitions)
    let lengths = prefillLengths(min(engine.longestPrompt, engine.contextLength - 1))
    let prefills = try lengths.map { try probe.prefill($0) }
    let decode = try probe.decode(lengths.last ?? 1, generateTokens)
    return BenchReport(
      model: folder.folder, device: engine.report.device.device, deviceName: engine.report.device.name,
      runtime: core.runtime.version, engine: engine.report.engine.rawValue, kernels: engine.report.kernels,
      compileSeconds: compileSeconds,
      answers: .init(
        cachedSeconds: Spread(values: cached), warmUpSeconds: warmUpSeconds, prefills: prefills,
        decode: decode),
      peakMemory: HostResources.peakMemory)
  }

  private func quietly(_ loader: ModelLoader) -> ModelLoader {
    ModelLoader(core: loader.core, cache: loader.cache)
  }

  /// A sixteenth, a quarter and all of the longest prompt, as far as there is room.
  private func prefillLengths(_ room: Int) -> [Int] {
    let longest = max(1, min(promptTokens, room))
    return Array(Set([longest / 16, longest / 4, longest].filter { $0 > 0 })).sorted()
  }
}

/// Runs prompts and answers on an engine.
private struct Probe {
  let engine: any ModelEngine
  let tokenizer: Tokenizer
  let repetitions: Int

  func prefill(_ tokens: Int) throws -> BenchReport.Prefill {
    let results = try repeated(tokens, 1)
    return .init(tokens: tokens, seconds: Spread(values: results.map(\.timeToFirstToken)))
  }

  func decode(_ tokens: Int, _ generated: Int) throws -> BenchReport.Decode {
    let results = try repeated(tokens, generated)
    return .init(
      promptTokens: tokens, generatedTokens: results.first?.generatedTokens ?? 0,
      tokensPerSecond: Spread(values: results.map(\.tokensPerSecond)),
      overhead: Spread(values: results.map(\.overhead)))
  }

  /// Figures of the same answer again and again, from an empty cache each time, after one that does not count.
  private func repeated(_ promptTokens: Int, _ generated: Int) throws -> [GenerationMetrics] {
    let prompt = BenchPrompt(tokenizer).tokens(promptTokens)
    var options = GenerationOptions()
    options.doSample = false
    options.ignoresEOS = true
    options.maxNewTokens = generated
    let config = try GenerationConfig(options)
    let generator = Generator(engine)
    return try (0...repetitions).map { _ in
      try generator.reset()
      let stream = tokenizer.makeStream(prompt: prompt)
      return try generator.generate(prompt: prompt, config: config, stream: stream).metrics
    }.dropFirst().map { $0 }
  }
}
