import Errors

/// What happens while a model is loaded, for whoever shows progress.
package enum LoadEvent: Sendable, Hashable {
  /// A device of AUTO is not used.
  case passedOver(DeviceChoice.PassedOver)
  /// The next events are about this one of a model's graphs.
  case graph(ModelFolder.Graph)
  /// The compiled model is in the cache and is read now.
  case fromCache(DeviceIdentity)
  /// The model is compiled now; the last time, if known, took so many seconds.
  case compiling(DeviceIdentity, reason: CacheExplanation?)
  /// Another process compiles the same model for the same device.
  case waiting
  /// An entry of the cache is not used, and why.
  case discarded(reason: Wording)
  /// Others may change the model's files: which, and why.
  case modelWritableByOthers(String)
  /// The engine that comes first cannot run the model on this device, and the next one is taken; nil where it is the same
  /// engine, and only compiled in another way.
  case otherEngine(instead: EngineKind?, reason: Wording)
  /// The run goes on without a cache.
  case cacheWarning(SupervisorError)
  /// Loaded.
  case loaded(LoadReport)
  /// The device was compared with the CPU.
  case checked(Canary.Outcome)
  /// The first runs are over, in which plugins repack weights, after so many seconds.
  case warmedUp(seconds: Double)
}

/// How a model was loaded.
package struct LoadReport: Sendable, Hashable, Codable {
  /// The device that computes.
  package var device: DeviceIdentity
  /// Whether the compiled model came from the cache.
  package var fromCache: Bool
  /// The time from the decision to the end of compiling or importing, in seconds.
  package var seconds: Double
  /// What keeps the conversation.
  package var engine: EngineKind
  /// What computes products with compressed weights, on a CPU.
  package var kernels = CPUKernels.plugin
  /// What was found to be fastest on this machine, and used.
  package var tuned: [String] = []
  /// Why other devices of AUTO were passed over.
  package var passedOver: [DeviceChoice.PassedOver]

  /// Makes a report.
  package init(
    device: DeviceIdentity, fromCache: Bool, seconds: Double, engine: EngineKind = .stateful,
    passedOver: [DeviceChoice.PassedOver] = []
  ) {
    self.device = device
    self.fromCache = fromCache
    self.seconds = seconds
    self.engine = engine
    self.passedOver = passedOver
  }
}
