import OpenVINO

/// Compiles a model for an NPU that this machine does not have, where OpenVINO's plugin brings its compiler along.
package struct AheadOfTime: Sendable {
  /// How models are read and compiled; its cache takes the results.
  package var loader: ModelLoader
  /// What it is compiled for.
  package var platform: NPUPlatform

  /// Compiles for `platform`.
  package init(_ loader: ModelLoader, platform: NPUPlatform) {
    self.loader = loader
    self.platform = platform
  }

  /// What was compiled.
  package struct Result: Sendable {
    /// Which graph of the model, by the name of its file.
    package var graph: String
    /// Where the blob is.
    package var path: String
    /// How long it took.
    package var seconds: Double
  }

  /// One graph, and the ways to compile it: the best one first, the next where the compiler refuses that.
  package struct Task: Sendable {
    /// The graph.
    package var model: ModelFolder
    /// What the plugin is given for each way.
    package var ways: [Properties] { plans.map(\.given) }

    fileprivate var request: ModelLoader.Request
    fileprivate var plans: [(plan: LoadPlan, given: Properties)]
  }

  /// The graphs that a load of `request` would ask an NPU of the platform for.
  ///
  /// - Throws: `.noModel` where fixed shapes are meant and the folder has none.
  package func tasks(_ request: ModelLoader.Request) throws(SupervisorError) -> [Task] {
    guard request.usesFixedShapes else { return [task(request)] }
    return try request.model.fixedShapes().map { task(request.for($0)) }
  }

  private func task(_ request: ModelLoader.Request) -> Task {
    let usual = LoadPlan(request, device: "NPU", kernels: .plugin, catalog: catalog)
    let second = request.withoutTransposedValues(usual).map {
      LoadPlan($0, device: "NPU", kernels: .plugin, catalog: catalog)
    }
    let plans = ([usual, second] as [LoadPlan?]).compactMap { $0 }.map { plan in
      // What the user says goes before what NPUW would choose.
      let properties =
        plan.npu == nil ? plan.properties : platform.choicesOfNPUW(besides: plan.properties)
      let compiler: Properties = ["NPU_COMPILER_TYPE": "PLUGIN", "NPU_PLATFORM": .text(platform.rawValue)]
      return (plan, properties.merging(compiler))
    }
    return Task(model: request.model, request: request, plans: plans)
  }

  private var catalog: PlatformCatalog {
    PlatformCatalog(platform: platform, runtimeVersion: loader.core.runtimeVersion)
  }

  /// Compiles the graphs that a load of `request` would ask an NPU of the platform for, into the cache, under the key
  /// that such a device looks for when it has no own blob yet.
  ///
  /// - Parameter path: Where to write the blob instead; nil for the cache.
  /// - Throws: `.deviceUnavailable` where there is no compiler, `.loadFailed` with the compiler's own words.
  package func compile(_ request: ModelLoader.Request, to path: String?) throws -> [Result] {
    let tasks = try tasks(request)
    let files = tasks.map { task in
      path.map { BlobFile(path: request.usesFixedShapes ? "\($0).\(task.model.graphName)" : $0) }
    }
    // A compiler works for minutes: where its result cannot go is told before.
    if path == nil { _ = try writableCache() }
    for file in files { try file?.check() }
    return try zip(tasks, files).map { task, file in try compile(task, to: file) }
  }

  private func compile(_ task: Task, to file: BlobFile?) throws -> Result {
    let clock = ContinuousClock()
    let start = clock.now
    let (compiled, plan) = try compileInOneWay(task)
    let seconds = (clock.now - start) / .seconds(1)
    if let file {
      try file.write { try compiled.export(to: $0) }
      return Result(graph: task.model.graphName, path: file.path, seconds: seconds)
    }
    let cache = try writableCache()
    let key = plan.key(try task.model.identity(), task.model, catalog)
    let entry = try cache.withLock(on: key, whileWaiting: { loader.report(.waiting) }) {
      try cache.store(key, compileSeconds: seconds) { try compiled.export(to: $0) }
    }
    return Result(graph: task.model.graphName, path: entry.folder, seconds: seconds)
  }

  private func writableCache() throws(SupervisorError) -> CompiledModelCache {
    guard let cache = loader.cache else {
      throw SupervisorError(
        .cacheUnusable, "there is no cache to keep the result in",
        advice: "Give \(setting: .compiledFile) FILE.")
    }
    guard cache.isWritable else { throw cache.notWritable }
    return cache
  }

  /// The model compiled in the first way that the compiler takes.
  private func compileInOneWay(_ task: Task) throws(SupervisorError) -> (CompiledModel, LoadPlan) {
    for (plan, given) in task.plans.dropLast() {
      do throws(SupervisorError) {
        return (try compile(task.request, plan, given), plan)
      } catch {
        guard error.code == .loadFailed else { throw error }
        loader.report(.otherEngine(instead: nil, reason: error.messageWording))
      }
    }
    let (plan, given) = task.plans[task.plans.count - 1]
    return (try compile(task.request, plan, given), plan)
  }

  private func compile(
    _ request: ModelLoader.Request, _ plan: LoadPlan, _ properties: Properties
  ) throws(SupervisorError) -> CompiledModel {
    let model = try loader.prepare(request, plan)
    loader.report(.compiling(plan.identity, reason: nil))
    do throws(OpenVINOError) {
      return try loader.core.compile(model, for: "NPU", properties: properties)
    } catch {
      guard !error.message.contains("VCL compiler loading failed") else {
        throw SupervisorError(
          .deviceUnavailable, "this OpenVINO has no compiler for NPUs that works without one",
          mend: "Compile on the NPU's own machine: its driver has one. OpenVINO's packages for Windows have "
            + "another, and a Linux archive with libopenvino_intel_npu_compiler.so.")
      }
      throw plan.loadFailed(error)
    }
  }
}

/// A machine with an NPU of one platform, of which nothing is known but the platform.
struct PlatformCatalog: DeviceCatalog {
  var platform: NPUPlatform
  var runtimeVersion: String

  func devices() -> [String] { ["NPU"] }

  func property(_ key: PropertyKey, of device: String) throws(OpenVINOError) -> String {
    switch key.rawValue {
    case "FULL_DEVICE_NAME": "Intel(R) AI Boost"
    case "DEVICE_ARCHITECTURE": platform.rawValue
    default: ""
    }
  }
}

extension CacheKey {
  /// The key of what was compiled ahead of time for such a device, without its driver; nil for other devices than NPUs.
  var aheadOfTime: CacheKey? {
    guard device.hasPrefix("NPU"), !driver.isEmpty || !compiler.isEmpty else { return nil }
    var copy = self
    copy.device = "NPU"
    copy.driver = ""
    copy.compiler = ""
    return copy
  }
}
