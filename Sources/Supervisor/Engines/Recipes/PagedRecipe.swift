import Generation
import OpenVINO

extension EngineKind {
  /// Blocks of ours, read by OpenVINO's paged attention (`PagedEngine`).
  package static let paged = EngineKind(rawValue: "paged")
}

/// Blocks of ours keep the conversations, read by OpenVINO's paged attention (`PagedEngine`, `PagedRunner`).
struct PagedRecipe: EngineRecipe {
  static var kind: EngineKind { .paged }
  static var isUsual: Bool { false }

  init?(_ request: ModelLoader.Request, on device: String) throws(SupervisorError) {
    guard request.model.graph == .stateful, !request.allLogits else { return nil }
    guard device == "CPU" else {
      guard request.wantedEngine == .paged else { return nil }
      throw SupervisorError(
        .loadFailed, "the paged engine runs on the CPU, not on \(device)",
        advice: "Give \(setting: .device) CPU, or leave \(setting: .engine) paged out.")
    }
  }

  func place(_ request: ModelLoader.Request) -> Int {
    // The plugin's paged delta rule takes five times as long for one prompt (docs/hybrids.md).
    request.model.hasDeltaNets && !request.servesMany ? 2 : 0
  }

  func cutsLogits(_ request: ModelLoader.Request) -> Bool { !request.allLogits }

  func note(cutsLogits: Bool) -> String { (cutsLogits ? "logits=rows" : "logits=all") + ", attention=paged" }

  func check(_ model: Model) throws(OpenVINOError) { try LanguageModelInterface.check(model) }

  func change(_ model: Model) throws(OpenVINOError) {
    try model.convertToPagedAttention()
    try PagedInterface.check(model)
  }

  /// Pages hold many sequences, each with a last token of its own.
  func cutLogits(of model: Model) throws(OpenVINOError) { _ = try model.gatherSampledRows() }

  func prepareImport(_ core: Core) throws(OpenVINOError) { try core.readPagedBlobs() }

  /// Where what is fastest on this machine has one.
  func formForFewTokens(
    _ request: ModelLoader.Request, beside main: CompiledModel, on device: String, _ loader: ModelLoader
  ) throws(SupervisorError) -> ModelLoader.Found? {
    guard let type = request.tuned?.fewTokensPrecision, request.properties[.inferencePrecision] == nil
    else { return nil }
    var second = request
    second.tuned?.properties[PropertyKey.inferencePrecision.rawValue] = type
    var quiet = loader
    quiet.report = { _ in }
    let found = try quiet.find(
      second, LoadPlan(second, device: device, recipe: self, catalog: loader.core))
    guard try PagedInterface(found.compiled).sharesBlocks(with: PagedInterface(main)) else {
      throw SupervisorError(.loadFailed, "\(device) lays keys and values out in another way for \(type)")
    }
    return found
  }

  func refusal(_ device: DeviceIdentity, _ message: String) -> SupervisorError? {
    SupervisorError(
      .loadFailed, "\(device.device) cannot run the model with paged attention: \(message)",
      advice: "Leave \(setting: .engine) paged out.")
  }

  func makeEngine(
    _ model: LoadedModel, contextLength: Int?
  ) throws(SupervisorError) -> any ModelEngine {
    try PagedEngine(model, options: EngineOptions(for: model, contextLength: contextLength))
  }

  func makeRunner(
    _ model: LoadedModel, _ options: PagedRunner.Options, _ makeMatcher: TokenMatcherFactory?
  ) throws(SupervisorError) -> any ModelRunner {
    // One conversation goes on from copies of its recurrent states, which sequences of a step do not have.
    if options.sequences == 1, try !PagedInterface(model.compiled).states.isEmpty {
      return EngineRunner(
        try makeEngine(model, contextLength: options.contextLength), makeMatcher: makeMatcher)
    }
    return try PagedRunner(model, options: options, makeMatcher: makeMatcher)
  }
}
