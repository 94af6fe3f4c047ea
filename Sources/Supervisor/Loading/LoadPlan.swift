import Errors
import Files
import Generation
import OpenVINO

/// How one graph of a model is compiled for one device.
struct LoadPlan {
  /// What is special to the engine that will run it.
  let recipe: any EngineRecipe
  let graph: ModelFolder.Graph
  let identity: DeviceIdentity
  let properties: Properties
  /// Given together with a blob.
  let importProperties: Properties
  /// Whether we leave out the logits that nobody samples.
  let cutsLogits: Bool
  /// What computes products on a CPU: ours, or the plugin.
  let kernels: CPUKernels
  /// Whether activations stay in 32 bits.
  let isExact: Bool
  /// Whether attention over pages is ours: it keeps keys and values as bf16, and nothing else.
  var hasOwnAttention: Bool { kernels == .oven && !isExact && properties[.cachePrecision] == nil }
  /// Whether products of the same input become one.
  let mergesProjections: Bool
  /// The names of the properties that the user gave.
  let ownProperties: [String]

  /// The usual way: by the graph, and by the device.
  init(
    _ request: ModelLoader.Request, device: String, kernels: CPUKernels? = nil, catalog: some DeviceCatalog
  ) {
    self.init(
      request, device: device, recipe: EngineRecipes.usual(request, on: device), kernels: kernels,
      catalog: catalog)
  }

  /// A way that was chosen.
  init(
    _ request: ModelLoader.Request, device: String, recipe: any EngineRecipe, kernels: CPUKernels? = nil,
    catalog: some DeviceCatalog
  ) {
    self.recipe = recipe
    graph = request.model.graph
    self.kernels = kernels ?? request.kernels(on: device)[0]
    isExact = device == "CPU" && request.precision == .f32
    mergesProjections = self.kernels == .plugin && request.tuned?.mergesProjections == true
    ownProperties = request.properties.values.keys.sorted()
    identity = DeviceIdentity(device, standIn: recipe.standIn(request), in: catalog)
    let usual = Properties(["PERFORMANCE_HINT": "LATENCY"])
      .merging(request.tuned?.plugin ?? [:]).merging(Self.precision(self.kernels, isExact))
      .merging(request.properties)
    (properties, importProperties) = recipe.properties(request, on: identity, usual: usual)
    cutsLogits = recipe.cutsLogits(request)
  }

  /// The lengths, if NPUW runs the model.
  var npu: NPUProperties? { recipe.npu }
  /// What keeps the conversation.
  var engine: EngineKind { recipe.engine }

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
    let products = kernels == .oven ? ", kernels=oven 4" + (isExact ? " exact" : "") : ""
    return recipe.note(cutsLogits: cutsLogits) + products + (mergesProjections ? ", projections=merged" : "")
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
        .loadFailed,
        wording: "\(identity.device) refuses \(setting: .property) \(property): \(error.message)",
        mend: "Leave it out, or check its name and value in OpenVINO's documentation of the device.")
    }
    if let error = SupervisorError(shortage: error, "\(identity.device) cannot load the model") {
      return error
    }
    if let refusal = recipe.refusal(identity, error.message) { return refusal }
    if identity.device.hasPrefix("NPU") {
      let refusal = NPUCompilerError(error.message)
      return SupervisorError(
        .loadFailed, "\(device) cannot compile the model: \(refusal.line)", advice: refusal.mend)
    }
    return SupervisorError(
      .loadFailed, "\(identity.device) cannot load the model: \(error.message)",
      advice: identity.device == "CPU"
        ? "The model may be damaged or of a kind that this OpenVINO does not know."
        : "Run `\(setting: .doctor)`, or try \(setting: .device) CPU.")
  }
}
