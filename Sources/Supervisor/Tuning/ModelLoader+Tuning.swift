import Files
import OpenVINO

extension ModelLoader {
  /// The request with what is known to be fastest for it, if anything is.
  func tuned(_ request: Request, on device: String) -> Request {
    guard let tuning, request.takesTuning, let key = try? tuningKey(request, on: device),
      let record = tuning.record(for: key)
    else { return request }
    return request.tuned(record.settings)
  }

  /// What a record must be of to hold for a model on a device: another driver, runtime or number of processors may be
  /// fastest in another way.
  package func tuningKey(_ request: Request, on device: String) throws(SupervisorError) -> CacheKey {
    let plan = LoadPlan(request, device: device, kernels: .plugin, catalog: core)
    var key = plan.key(try request.model.identity(), request.model, core)
    key.graph = "tuning"
    key.properties = ["processors=\(HostResources.processorCount)"]
    return key
  }
}

extension ModelLoader.Request {
  /// The same with these settings behind what the user says.
  package func tuned(_ settings: TunedSettings) -> ModelLoader.Request {
    var result = self
    result.tuned = settings
    return result
  }

  /// The engine that is asked for: by the user, or else by what was found to be fastest, which was for one conversation.
  var wantedEngine: EngineChoice {
    guard engine == .auto, !servesMany else { return engine }
    return tuned?.engine ?? .auto
  }

  /// Whether settings that were found to be fastest may be taken: not where exact figures are asked for, nor on paths that
  /// are not tuned.
  var takesTuning: Bool {
    tuned == nil && model.graph == .stateful && !usesFixedShapes && !allLogits && precision == .fast
      && cpuKernels == .auto
  }
}
