import OpenVINO

/// Compiles a model for an NPU that this machine does not have, where OpenVINO's plugin brings its compiler along.
package struct AheadOfTime: Sendable {
  /// The platforms whose compilers are known, as OpenVINO names them.
  package static let platforms = ["3720", "4000", "5010", "5020"]

  /// How models are read and compiled; its cache takes the results.
  package var loader: ModelLoader
  /// One of `platforms`.
  package var platform: String

  /// Compiles for `platform`.
  package init(_ loader: ModelLoader, platform: String) {
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

  /// Compiles the graphs that a load of `request` would ask an NPU of the platform for, into the cache, under the key
  /// that such a device looks for when it has no own blob yet.
  ///
  /// - Parameter path: Where to write the blob instead; nil for the cache.
  /// - Throws: `.deviceUnavailable` where there is no compiler, `.loadFailed` with the compiler's own words.
  package func compile(_ request: ModelLoader.Request, to path: String?) throws -> [Result] {
    guard request.usesFixedShapes else { return [try compileOne(request, to: path)] }
    return try request.model.fixedShapes().map { graph in
      try compileOne(request.for(graph), to: path.map { "\($0).\(graph.graphName)" })
    }
  }

  private func compileOne(_ request: ModelLoader.Request, to path: String?) throws -> Result {
    let catalog = PlatformCatalog(platform: platform, runtimeVersion: loader.core.runtimeVersion)
    let plan = LoadPlan(request, device: "NPU", catalog: catalog)
    let model = try loader.prepare(request, plan)
    loader.report(.compiling(plan.identity, reason: nil))
    let clock = ContinuousClock()
    let start = clock.now
    let compiled = try compile(model, plan)
    let seconds = (clock.now - start) / .seconds(1)
    if let path {
      try compiled.export(to: path)
      return Result(graph: request.model.graphName, path: path, seconds: seconds)
    }
    guard let cache = loader.cache else {
      throw SupervisorError(
        .cacheUnusable, "there is no cache to keep the result in",
        advice: "Give \(setting: .compiledFile) FILE.")
    }
    let key = plan.key(try request.model.identity(), request.model, catalog)
    let entry = try cache.withLock(on: key, whileWaiting: { loader.report(.waiting) }) {
      try cache.store(key, compileSeconds: seconds) { try compiled.export(to: $0) }
    }
    return Result(graph: request.model.graphName, path: entry.folder, seconds: seconds)
  }

  private func compile(_ model: Model, _ plan: LoadPlan) throws(SupervisorError) -> CompiledModel {
    let properties = plan.properties.merging([
      "NPU_COMPILER_TYPE": "PLUGIN", "NPU_PLATFORM": .text(platform),
    ])
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
  var platform: String
  var runtimeVersion: String

  func devices() -> [String] { ["NPU"] }

  func property(_ key: PropertyKey, of device: String) throws(OpenVINOError) -> String {
    switch key.rawValue {
    case "FULL_DEVICE_NAME": "Intel(R) AI Boost"
    case "DEVICE_ARCHITECTURE": platform
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
