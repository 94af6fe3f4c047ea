import OpenVINO

/// Brings a model onto a device: from the cache if it is there, compiled and kept if not.
package struct ModelLoader: Sendable {
  /// OpenVINO.
  package var core: Core
  /// Where compiled models are kept; none if `nil`.
  package var cache: CompiledModelCache?
  /// What was found to be fastest for models on this machine; nothing if `nil`.
  package var tuning: TuningStore?
  /// Told what happens. Called on the thread that loads.
  package var report: @Sendable (LoadEvent) -> Void

  /// Makes a loader.
  package init(
    core: Core, cache: CompiledModelCache?, report: @escaping @Sendable (LoadEvent) -> Void = { _ in }
  ) {
    self.core = core
    self.cache = cache
    self.report = report
  }

  /// Loads. With AUTO, a device that refuses the model is passed over with its reason.
  package func load(_ request: Request) throws(SupervisorError) -> LoadedModel {
    try onFirstDevice(for: request) { device, passedOver throws(SupervisorError) in
      try load(request, on: device, passedOver)
    }
  }

  /// Loads the fixed-shape graphs of a folder onto one device.
  ///
  /// - Throws: `.noModel` for a folder that has none, and what `load` throws.
  package func loadFixedShapes(_ request: Request) throws(SupervisorError) -> StaticModel {
    try onFirstDevice(for: request) { device, passedOver throws(SupervisorError) in
      try loadFixedShapes(request, on: device, passedOver)
    }
  }

  /// What the host computes for a fixed-shape graph: no work for a device, and compiled in no time. In 32 bits, as positions
  /// of many digits need.
  private func loadInputs(_ request: Request) throws(SupervisorError) -> LoadedModel {
    var request = request.for(try request.model.inputs())
    request.properties = ["INFERENCE_PRECISION_HINT": "f32"]
    let plan = LoadPlan(request, device: "CPU", kernels: .plugin, catalog: core)
    let model = try prepare(request, plan)
    do throws(OpenVINOError) {
      return LoadedModel(
        compiled: try core.compile(model, for: "CPU", properties: plan.properties), recipe: plan.recipe,
        report: LoadReport(device: plan.identity, fromCache: false, seconds: 0, engine: .fixedShapes),
        properties: plan.properties, folder: request.model, npu: nil, entryFolder: nil)
    } catch {
      throw plan.loadFailed(error)
    }
  }

  /// Tries the devices that a request leaves open, in order.
  ///
  /// - Parameter body: Is told the device, and those that were passed over before it.
  func onFirstDevice<Result>(
    for request: Request, _ body: (String, [DeviceChoice.PassedOver]) throws(SupervisorError) -> Result
  ) throws(SupervisorError) -> Result {
    if let reason = request.model.writableByOthers { report(.modelWritableByOthers(reason)) }
    // No other device stands in for an NPU with fixed shapes: that is NPUW's art.
    let choice = try DeviceChoice(
      request: request.device, properties: request.usesFixedShapes ? [:] : request.properties, catalog: core)
    choice.passedOver.forEach { report(.passedOver($0)) }
    return try choice.first({ report(.passedOver($0)) }, body).0
  }

  /// Loads onto one device.
  func load(
    _ request: Request, on device: String, _ passedOver: [DeviceChoice.PassedOver]
  ) throws(SupervisorError) -> LoadedModel {
    var loaded = try load(request, on: device)
    loaded.report.passedOver = passedOver
    report(.loaded(loaded.report))
    return loaded
  }

  /// Loads the fixed-shape graphs onto one device.
  func loadFixedShapes(
    _ request: Request, on device: String, _ passedOver: [DeviceChoice.PassedOver]
  ) throws(SupervisorError) -> StaticModel {
    let graphs = try request.model.fixedShapes()
    // The host's parts first: what is missing shows before a device compiles for minutes.
    let hosts = try graphs.map { graph throws(SupervisorError) in try loadInputs(request.for(graph)) }
    let loaded = try zip(graphs, hosts).map { graph, host throws(SupervisorError) in
      report(.graph(graph.graph))
      return StaticModel.Parts(device: try load(request.for(graph), on: device, passedOver), host: host)
    }
    let reports = loaded.map(\.device.report)
    var all = LoadReport(
      device: reports[0].device, fromCache: reports.allSatisfy(\.fromCache),
      seconds: reports.reduce(0) { $0 + $1.seconds }, engine: .fixedShapes, passedOver: passedOver)
    all.kernels = reports[0].kernels
    return StaticModel(
      folder: request.model, prefill: loaded[0], decodes: Array(loaded.dropFirst()), report: all)
  }

  /// The keys under which the model's graphs would be kept, for `oven cache explain`: one, or those of all fixed-shape
  /// graphs.
  package func keys(_ request: Request, on device: String) throws(SupervisorError) -> [CacheKey] {
    guard request.usesFixedShapes else { return [try key(request, on: device)] }
    return try request.model.fixedShapes().map { graph throws(SupervisorError) in
      try key(request.for(graph), on: device)
    }
  }

  private func key(_ request: Request, on device: String) throws(SupervisorError) -> CacheKey {
    let request = tuned(request, on: device)
    let plans = try plans(request, on: device)
    let identity = try request.model.identity()
    func key(_ plan: LoadPlan) -> CacheKey { plan.key(identity, request.model, core) }
    // The way that loading would take: the first one that was kept, or is possible.
    if let kept = plans.lazy.map(key).first(where: { cache?.entry(for: $0) != nil }) { return kept }
    return try onBestWay(plans, refused: { _, _ in }) { plan, isOnly throws(SupervisorError) in
      if !isOnly { _ = try prepare(request, plan) }
      return key(plan)
    }
  }

  /// The ways to run a model on a device, the best one first; at least one.
  private func plans(_ request: Request, on device: String) throws(SupervisorError) -> [LoadPlan] {
    let recipes = try EngineRecipes.ways(request, on: device)
    let usual = LoadPlan(request, device: device, kernels: .plugin, catalog: core)
    if let second = request.withoutTransposedValues(usual) {
      return [usual, LoadPlan(second, device: device, kernels: .plugin, catalog: core)]
    }
    let kernels = request.kernels(on: device)
    return recipes.flatMap { recipe in
      kernels.map { LoadPlan(request, device: device, recipe: recipe, kernels: $0, catalog: core) }
    }
  }

  /// Loads onto one device, in the best of the ways that it takes: a model that has no paged form, or whose paged form
  /// the device refuses, is loaded without it if the request lets us choose. It is no other device.
  private func load(_ asked: Request, on device: String) throws(SupervisorError) -> LoadedModel {
    let request = tuned(asked, on: device)
    guard request.tuned != nil, asked.tuned == nil else { return try loadBest(request, on: device) }
    do throws(SupervisorError) {
      return try loadBest(request, on: device)
    } catch {
      guard [.loadFailed, .kernelsUnsuited].contains(error.code) else { throw error }
      report(.discarded(reason: "what was found to be fastest is refused now: \(error.messageWording)"))
      var plain = asked
      plain.tuned = TunedSettings()
      return try loadBest(plain, on: device)
    }
  }

  private func loadBest(_ request: Request, on device: String) throws(SupervisorError) -> LoadedModel {
    try onBestWay(
      try plans(request, on: device),
      refused: { plan, error in
        report(.otherEngine(instead: plan.npu == nil ? plan.engine : nil, reason: error.messageWording))
      }
    ) { plan, _ throws(SupervisorError) in try load(request, plan) }
  }

  /// What the first of the ways gives that the model can go.
  ///
  /// - Parameters:
  ///   - refused: Is told the ways that the device refuses.
  ///   - body: Tries a way, and knows whether it is the only one left.
  private func onBestWay<Result>(
    _ plans: [LoadPlan], refused: (LoadPlan, SupervisorError) -> Void,
    _ body: (LoadPlan, _ isOnly: Bool) throws(SupervisorError) -> Result
  ) throws(SupervisorError) -> Result {
    var rest = plans[...]
    while let plan = rest.popFirst() {
      do throws(SupervisorError) {
        return try body(plan, rest.isEmpty)
      } catch {
        guard !rest.isEmpty else { throw error }
        switch error.code {
        case .kernelsUnsuited:
          rest.removeAll { $0.kernels == plan.kernels }
          if rest.isEmpty { throw error }
        case .loadFailed:
          refused(plan, error)
          // What refuses a form of the model mostly refuses it with other kernels, too.
          rest = rest.filter { $0.engine != plan.engine } + rest.filter { $0.engine == plan.engine }
        default: throw error
        }
      }
    }
    throw SupervisorError(.loadFailed, "there is no way to run the model")
  }

  private func load(_ request: Request, _ plan: LoadPlan) throws(SupervisorError) -> LoadedModel {
    let clock = ContinuousClock()
    let start = clock.now
    let found = try find(request, plan)
    let few = try plan.recipe.formForFewTokens(
      request, beside: found.compiled, on: plan.identity.device, self)
    let seconds = (clock.now - start) / .seconds(1)
    var report = LoadReport(
      device: plan.identity, fromCache: found.fromCache && few?.fromCache ?? true, seconds: seconds,
      engine: plan.engine)
    report.kernels = plan.kernels
    report.tuned = request.tuned?.words ?? []
    return LoadedModel(
      compiled: found.compiled, recipe: plan.recipe, few: few?.compiled, report: report,
      properties: plan.properties, folder: request.model, npu: plan.npu, entryFolder: found.entry?.folder)
  }
}
