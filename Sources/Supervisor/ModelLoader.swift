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

  /// What to load, and how.
  package struct Request: Sendable {
    /// The model's files.
    package var model: ModelFolder
    /// "AUTO" or OpenVINO's name of a device.
    package var device = "AUTO"
    /// The user's own properties.
    package var properties: Properties = [:]
    /// The lengths and hints of an NPU.
    package var npu = NPUProperties()
    /// Whether logits are needed for every token, and not only for the last.
    package var allLogits = false
    /// Whether the two fixed-shape graphs are meant, and not the stateful one.
    package var usesFixedShapes = false

    /// Which engine runs the stateful graph. What needs the logits of every token is stateful.
    package var engine = EngineChoice.stateful
    /// Whether many conversations are to be computed at once, which is what pages are for.
    package var servesMany = false

    /// What computes products with compressed weights on a CPU.
    package var cpuKernels = CPUKernels.auto
    /// How exactly it does.
    package var precision = CPUPrecision.fast

    /// What stands behind the user's properties; what the loader's store knows if nil.
    package var tuned: TunedSettings?

    /// Asks for a model with defaults.
    package init(model: ModelFolder) {
      self.model = model
    }

    /// The second way to compile for an NPU: without the values' other order, which NPUW chooses and which the compiler
    /// of platform 3720 cannot place for prompts shorter than 1024. Nil where there is no choice left.
    fileprivate func withoutTransposedValues(_ plan: LoadPlan) -> Request? {
      guard plan.npu != nil, NPUProperties.standIn(in: properties) == nil,
        properties["NPUW_LLM_OPTIMIZE_V_TENSORS"] == nil
      else { return nil }
      var copy = self
      copy.properties = properties.merging(["NPUW_LLM_OPTIMIZE_V_TENSORS": "NO"])
      return copy
    }

    /// The same for another graph.
    fileprivate func `for`(_ model: ModelFolder) -> Request {
      var copy = self
      copy.model = model
      return copy
    }
  }

  /// Loads. With AUTO, a device that refuses the model is passed over with its reason.
  package func load(_ request: Request) throws(SupervisorError) -> LoadedModel {
    try onFirstDevice(for: request) { device, passedOver throws(SupervisorError) in
      try load(request, on: device, passedOver)
    }
  }

  /// Loads the two fixed-shape graphs of a folder onto one device.
  ///
  /// - Throws: `.noModel` for a folder that has none, and what `load` throws.
  package func loadFixedShapes(_ request: Request) throws(SupervisorError) -> StaticModel {
    try onFirstDevice(for: request) { device, passedOver throws(SupervisorError) in
      try loadFixedShapes(request, on: device, passedOver)
    }
  }

  /// The look-up of tokens: a copy of some rows, which is no work for a device, and compiles in no time.
  private func loadEmbedding(_ request: Request) throws(SupervisorError) -> LoadedModel {
    var request = request.for(try request.model.fixedShape(.embedding))
    request.properties = [:]
    let plan = LoadPlan(request, device: "CPU", kernels: .plugin, catalog: core)
    let model = try prepare(request, plan)
    do throws(OpenVINOError) {
      return LoadedModel(
        compiled: try core.compile(model, for: "CPU", properties: plan.properties),
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

  /// Loads the two fixed-shape graphs onto one device.
  func loadFixedShapes(
    _ request: Request, on device: String, _ passedOver: [DeviceChoice.PassedOver]
  ) throws(SupervisorError) -> StaticModel {
    let graphs = (
      request.for(try request.model.fixedShape(.prefill)), request.for(try request.model.fixedShape(.decode))
    )
    let embedding = try loadEmbedding(request)
    report(.graph(.prefill))
    let prefill = try load(graphs.0, on: device, passedOver)
    report(.graph(.decode))
    let decode = try load(graphs.1, on: device, passedOver)
    let (first, second) = (prefill.report, decode.report)
    var both = LoadReport(
      device: first.device, fromCache: first.fromCache && second.fromCache,
      seconds: first.seconds + second.seconds, engine: .fixedShapes, passedOver: passedOver)
    both.kernels = first.kernels
    return StaticModel(
      folder: request.model, prefill: prefill, decode: decode, embedding: embedding, report: both)
  }

  /// The keys under which the model's graphs would be kept, for `oven cache explain`: one, or those of both
  /// fixed-shape graphs.
  package func keys(_ request: Request, on device: String) throws(SupervisorError) -> [CacheKey] {
    guard request.usesFixedShapes else { return [try key(request, on: device)] }
    return [
      try key(request.for(request.model.fixedShape(.prefill)), on: device),
      try key(request.for(request.model.fixedShape(.decode)), on: device),
    ]
  }

  private func key(_ request: Request, on device: String) throws(SupervisorError) -> CacheKey {
    let request = tuned(request, on: device)
    let plans = try plans(request, on: device)
    let keys = try plans.map { plan throws(SupervisorError) in
      plan.key(try request.model.identity(), request.model, core)
    }
    // The way that loading would take: the first one that was kept, or is possible.
    if let kept = keys.first(where: { cache?.entry(for: $0) != nil }) { return kept }
    for (plan, key) in zip(plans, keys).dropLast() where (try? prepare(request, plan)) != nil { return key }
    return keys[keys.count - 1]
  }

  /// The ways to run a model on a device, the best one first; at least one.
  private func plans(_ request: Request, on device: String) throws(SupervisorError) -> [LoadPlan] {
    let usual = LoadPlan(request, device: device, kernels: .plugin, catalog: core)
    if let second = request.withoutTransposedValues(usual) {
      return [usual, LoadPlan(second, device: device, kernels: .plugin, catalog: core)]
    }
    let kernels = request.kernels(on: device)
    return try engines(request, on: device).flatMap { isPaged in
      kernels.map { LoadPlan(request, device: device, isPaged: isPaged, kernels: $0, catalog: core) }
    }
  }

  /// Whether pages keep the conversation, or the model's own variables; the best first.
  private func engines(_ request: Request, on device: String) throws(SupervisorError) -> [Bool] {
    let engine = request.wantedEngine
    guard engine != .stateful, request.model.graph == .stateful, !request.allLogits else { return [false] }
    guard device == "CPU" else {
      guard engine == .paged else { return [false] }
      throw SupervisorError(
        .loadFailed, "the paged engine runs on the CPU, not on \(device)",
        mend: "Give --device CPU, or leave --engine paged out.")
    }
    guard engine == .auto else { return [true] }
    // The plugin's paged delta rule takes five times as long for one prompt (docs/hybrids.md).
    return request.model.hasDeltaNets && !request.servesMany ? [false, true] : [true, false]
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
      report(.discarded(reason: "what was found to be fastest is refused now: \(error.message)"))
      var plain = asked
      plain.tuned = TunedSettings()
      return try loadBest(plain, on: device)
    }
  }

  private func loadBest(_ request: Request, on device: String) throws(SupervisorError) -> LoadedModel {
    var plans = try plans(request, on: device)
    while plans.count > 1 {
      let plan = plans.removeFirst()
      do throws(SupervisorError) {
        return try load(request, plan)
      } catch {
        switch error.code {
        case .kernelsUnsuited: plans.removeAll { $0.kernels == plan.kernels }
        case .loadFailed:
          report(.otherEngine(instead: plan.engine, reason: error.message))
          // What refuses a form of the model mostly refuses it with other kernels, too.
          plans = plans.filter { $0.isPaged != plan.isPaged } + plans.filter { $0.isPaged == plan.isPaged }
        default: throw error
        }
      }
    }
    return try load(request, plans[0])
  }

  private func load(_ request: Request, _ plan: LoadPlan) throws(SupervisorError) -> LoadedModel {
    let clock = ContinuousClock()
    let start = clock.now
    let found = try find(request, plan)
    let few = plan.isPaged ? try loadForFewTokens(request, plan.identity.device, found.compiled) : nil
    let seconds = (clock.now - start) / .seconds(1)
    var report = LoadReport(
      device: plan.identity, fromCache: found.fromCache && few?.fromCache ?? true, seconds: seconds,
      engine: plan.engine)
    report.kernels = plan.kernels
    report.tuned = request.tuned?.words ?? []
    return LoadedModel(
      compiled: found.compiled, few: few?.compiled, report: report,
      properties: plan.properties, folder: request.model, npu: plan.npu, entryFolder: found.entry?.folder)
  }

  /// The form for steps of few tokens, where what is fastest on this machine has one.
  private func loadForFewTokens(
    _ request: Request, _ device: String, _ main: CompiledModel
  ) throws(SupervisorError) -> Found? {
    guard let type = request.tuned?.fewTokensPrecision, request.properties[.inferencePrecision] == nil
    else { return nil }
    var second = request
    second.tuned?.properties[PropertyKey.inferencePrecision.rawValue] = type
    var quiet = self
    quiet.report = { _ in }
    let found = try quiet.find(second, LoadPlan(second, device: device, isPaged: true, catalog: core))
    guard try PagedInterface(found.compiled).sharesBlocks(with: PagedInterface(main)) else {
      throw SupervisorError(.loadFailed, "\(device) lays keys and values out in another way for \(type)")
    }
    return found
  }

  private typealias Found = (compiled: CompiledModel, fromCache: Bool, entry: CacheEntry?)

  private func find(_ request: Request, _ plan: LoadPlan) throws(SupervisorError) -> Found {
    guard let cache else {
      return (try compile(try prepare(request, plan), plan, reason: nil), false, nil)
    }
    let key = plan.key(try request.model.identity(), request.model, core)
    let first = cache.entry(for: key)
    if let first, let found = importEntry(first, request, plan, cache) { return found }
    // What `oven compile` wrote for a platform whose driver it could not know.
    if let ahead = key.aheadOfTime, let entry = cache.entry(for: ahead),
      let found = importEntry(entry, request, plan, cache)
    {
      return found
    }
    // Before anybody is told that it compiles: a model without a paged form is loaded in another way.
    let model = try prepare(request, plan)
    guard cache.isWritable else {
      let compiled = try compile(model, plan, reason: cache.explain(key))
      report(.cacheWarning(cache.notWritable))
      return (compiled, false, nil)
    }
    do {
      var waiting = false
      return try cache.withLock(
        on: key,
        whileWaiting: {
          if !waiting { report(.waiting) }
          waiting = true
        },
        {
          // Somebody may have compiled it for us before we had the lock, whether we had to wait for it or not.
          if let entry = cache.entry(for: key), !entry.isSameContent(as: first),
            let found = importEntry(entry, request, plan, cache)
          {
            return found
          }
          let reason = cache.explain(key)
          if let entry = cache.entry(for: key) { cache.discard(entry) }
          return try compileAndKeep(model, plan, reason, key, cache)
        })
    } catch let error as SupervisorError {
      throw error
    } catch {
      // The lock file cannot be made: a folder that was taken away under our feet.
      report(.cacheWarning(SupervisorError(.cacheUnusable, "the cache cannot be used: \(error)")))
      return (try compile(model, plan, reason: nil), false, nil)
    }
  }

  private func compileAndKeep(
    _ model: Model, _ plan: LoadPlan, _ reason: CacheExplanation?, _ key: CacheKey,
    _ cache: CompiledModelCache
  ) throws(SupervisorError) -> Found {
    let clock = ContinuousClock()
    let start = clock.now
    let compiled = try compile(model, plan, reason: reason)
    let seconds = (clock.now - start) / .seconds(1)
    do {
      let entry = try cache.store(key, compileSeconds: seconds) { try compiled.export(to: $0) }
      return (compiled, false, entry)
    } catch let error as SupervisorError {
      report(.cacheWarning(error))
    } catch {
      report(
        .cacheWarning(
          SupervisorError(
            .cacheUnusable, "\(plan.identity.device) does not give its compiled model away: \(error)")))
    }
    return (compiled, false, nil)
  }

  /// Reads a model and changes it as it is to be compiled.
  func prepare(_ request: Request, _ plan: LoadPlan) throws(SupervisorError) -> Model {
    var refusal: SupervisorError?
    do throws(OpenVINOError) {
      let model = try read(request, plan)
      switch request.model.graph {
      case .stateful:
        do throws(OpenVINOError) {
          try LanguageModelInterface.check(model)
        } catch {
          refusal = plan.isNoLanguageModel(error, request.model)
          throw error
        }
      case .prefill, .decode: try FixedGraph.check(model)
      case .embedding: break
      }
      if plan.npu != nil { try LanguageModelInterface.checkForNPU(model) }
      if plan.isPaged {
        try model.convertToPagedAttention()
        try PagedInterface.check(model)
      }
      if plan.cutsLogits {
        // Pages hold many sequences, each with a last token of its own.
        _ = plan.isPaged ? try model.gatherSampledRows() : try model.keepLastTokenOnly()
      }
      if plan.mergesProjections { _ = try model.mergeProjections() }
      if plan.kernels == .oven {
        let placed = try model.placeWeights(try identity(of: request), isExact: plan.isExact)
        guard request.cpuKernels != .auto || placed.isNearlyAll else {
          refusal = SupervisorError(
            .kernelsUnsuited, "Oven's kernels compute too little of \(request.model.xml)")
          throw OpenVINOError(.unsupported, "too little of it")
        }
        guard placed.count > 0 else {
          throw OpenVINOError(
            .unsupported, "no product of it has weights of a kind that Oven's kernels compute",
            mend: "Leave --cpu-kernels oven out.")
        }
      }
      return model
    } catch {
      throw refusal ?? plan.loadFailed(error)
    }
  }

  private func read(_ request: Request, _ plan: LoadPlan) throws(OpenVINOError) -> Model {
    guard plan.kernels == .oven else {
      return try core.readModel(request.model.xml, weights: request.model.weights)
    }
    let identity = try identity(of: request)
    try core.provideWeights(request.model.weights, as: identity)
    return try core.readModel(request.model.xml, providedWeights: identity)
  }

  private func identity(of request: Request) throws(OpenVINOError) -> String {
    do throws(SupervisorError) {
      return try request.model.identity().sum
    } catch {
      throw OpenVINOError(.failed, error.message)
    }
  }

  private func compile(
    _ model: Model, _ plan: LoadPlan, reason: CacheExplanation?
  ) throws(SupervisorError) -> CompiledModel {
    report(.compiling(plan.identity, reason: reason))
    do throws(OpenVINOError) {
      return try core.compile(model, for: plan.identity.device, properties: plan.properties)
    } catch {
      throw plan.loadFailed(error)
    }
  }

  /// The compiled model of an entry; `nil`, with the reason reported, where it cannot be used.
  private func importEntry(
    _ entry: CacheEntry, _ request: Request, _ plan: LoadPlan, _ cache: CompiledModelCache
  ) -> Found? {
    guard cache.isIntact(entry) else {
      report(.discarded(reason: "its bytes are not those that were written (\(entry.folder))"))
      return nil
    }
    report(.fromCache(plan.identity))
    do throws(OpenVINOError) {
      if plan.isPaged { try core.readPagedBlobs() }
      // The key holds the sum, so that the blob's operations find what they were made for.
      if plan.kernels == .oven { try core.provideWeights(request.model.weights, as: entry.key.model) }
      let blob = try Tensor(mapping: entry.blob, runtime: core.runtime)
      let compiled = try core.importModel(blob, for: plan.identity.device, properties: plan.importProperties)
      cache.noteUse(of: entry)
      return (compiled, true, entry)
    } catch {
      report(.discarded(reason: error.message))
      return nil
    }
  }
}
