import Files
import OpenVINO

/// How one model is compiled for one device.
struct LoadPlan {
  let graph: ModelFolder.Graph
  let identity: DeviceIdentity
  let properties: Properties
  /// Given together with a blob: what was compiled in must not be repeated, but the weights must be found.
  let importProperties: Properties
  /// Whether we cut the logits to the last token before compiling. NPUW does so by itself.
  let cutsLogits: Bool
  /// Whether attention is computed over pages.
  let isPaged: Bool
  /// What computes products on a CPU: ours, or the plugin.
  let kernels: CPUKernels
  /// Whether activations stay in 32 bits.
  let isExact: Bool
  /// Whether products of the same input become one.
  let mergesProjections: Bool
  /// The names of the properties that the user gave.
  let ownProperties: [String]
  /// The lengths, if NPUW runs the model.
  let npu: NPUProperties?

  init(
    _ request: ModelLoader.Request, device: String, isPaged: Bool = false, kernels: CPUKernels? = nil,
    catalog: some DeviceCatalog
  ) {
    graph = request.model.graph
    self.isPaged = isPaged
    self.kernels = kernels ?? request.kernels(on: device)[0]
    isExact = device == "CPU" && request.precision == .f32
    mergesProjections = self.kernels == .plugin && request.tuned?.mergesProjections == true
    ownProperties = request.properties.values.keys.sorted()
    if device.hasPrefix("NPU"), graph == .stateful {
      identity = DeviceIdentity(device, standIn: NPUProperties.standIn(in: request.properties), in: catalog)
      npu = request.npu.overridden(by: request.properties)
      properties = request.npu.properties(merging: request.properties)
      importProperties = properties.merging(["WEIGHTS_PATH": .text(request.model.weights)])
      cutsLogits = false
    } else {
      npu = nil
      identity = DeviceIdentity(device, in: catalog)
      properties = Properties(["PERFORMANCE_HINT": "LATENCY"])
        .merging(request.tuned?.plugin ?? [:]).merging(Self.precision(self.kernels, isExact))
        .merging(request.properties)
      importProperties = properties
      cutsLogits = graph == .stateful && !request.allLogits
    }
  }

  private static func precision(_ kernels: CPUKernels, _ isExact: Bool) -> Properties {
    var properties: Properties = [:]
    // Our operations take and give f32; in bf16, a conversion would stand on each side of each.
    if kernels == .oven || isExact { properties["INFERENCE_PRECISION_HINT"] = "f32" }
    if isExact { properties["DYNAMIC_QUANTIZATION_GROUP_SIZE"] = "0" }
    return properties
  }

  func key(_ model: ModelIdentity, _ folder: ModelFolder, _ catalog: some DeviceCatalog) -> CacheKey {
    CacheKey(
      model: model.sum, modelPath: (Folders.realPath(folder.xml) ?? folder.xml), device: identity.device,
      deviceName: identity.name, driver: identity.driver, compiler: identity.compiler,
      runtime: catalog.runtimeVersion, graph: graphNote, properties: properties.sorted)
  }

  /// What of the model is compiled, for the key.
  private var graphNote: String {
    // The number counts changes of what the operations hold.
    let products = kernels == .oven ? ", kernels=oven 1" + (isExact ? " exact" : "") : ""
    return computedNote + products + (mergesProjections ? ", projections=merged" : "")
  }

  private var computedNote: String {
    switch graph {
    case .stateful:
      isPaged
        ? (cutsLogits ? "logits=rows" : "logits=all") + ", attention=paged"
        : cutsLogits ? "logits=last" : "logits=all"
    case .prefill, .decode, .embedding: graph.rawValue
    }
  }

  /// What keeps the conversation.
  var engine: EngineKind {
    guard graph == .stateful else { return .fixedShapes }
    return isPaged ? .paged : .stateful
  }

  /// A model that no device runs: the graph itself is another kind of model.
  func isNoLanguageModel(_ error: OpenVINOError, _ model: ModelFolder) -> SupervisorError {
    SupervisorError(
      .badModel, "\(model.xml) is no model that Oven runs: \(error.message)",
      mend:
        "Export it with a key-value cache (optimum-cli: --task text-generation-with-past), or bake its checkpoint."
    )
  }

  func loadFailed(_ error: OpenVINOError) -> SupervisorError {
    let device = identity.name.isEmpty ? identity.device : "\(identity.device), \(identity.name),"
    if let property = ownProperties.first(where: { error.message.contains($0) }) {
      return SupervisorError(
        .loadFailed, "\(identity.device) refuses --property \(property): \(error.message)",
        mend: "Leave it out, or check its name and value in OpenVINO's documentation of the device.")
    }
    if let error = SupervisorError(outOfThreads: error, "\(identity.device) cannot load the model") {
      return error
    }
    if isPaged {
      return SupervisorError(
        .loadFailed, "\(identity.device) cannot run the model with paged attention: \(error.message)",
        mend: "Leave --engine paged out.")
    }
    if identity.device.hasPrefix("NPU") {
      let refusal = NPUCompilerError(error.message)
      return SupervisorError(
        .loadFailed, "\(device) cannot compile the model: \(refusal.line)", mend: refusal.mend)
    }
    return SupervisorError(
      .loadFailed, "\(identity.device) cannot load the model: \(error.message)",
      mend: identity.device == "CPU"
        ? "The model may be damaged or of a kind that this OpenVINO does not know."
        : "Run `oven doctor`, or try --device CPU.")
  }
}
