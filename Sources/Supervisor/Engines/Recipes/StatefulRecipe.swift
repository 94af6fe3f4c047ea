import Generation
import OpenVINO

extension EngineKind {
  /// The model's own variables (`StatefulEngine`).
  package static let stateful = EngineKind(rawValue: "stateful")
}

/// The model's own variables keep the conversation (`StatefulEngine`).
struct StatefulRecipe: EngineRecipe {
  static var kind: EngineKind { .stateful }

  init() {}

  init?(_ request: ModelLoader.Request, on device: String) {
    guard request.model.graph == .stateful, !device.hasPrefix("NPU") else { return nil }
  }

  func cutsLogits(_ request: ModelLoader.Request) -> Bool { !request.allLogits }

  func note(cutsLogits: Bool) -> String { cutsLogits ? "logits=last" : "logits=all" }

  func check(_ model: Model) throws(OpenVINOError) { try LanguageModelInterface.check(model) }
  func cutLogits(of model: Model) throws(OpenVINOError) { _ = try model.keepLastTokenOnly() }

  func makeEngine(
    _ model: LoadedModel, contextLength: Int?
  ) throws(SupervisorError) -> any ModelEngine {
    try StatefulEngine(model, options: EngineOptions(for: model, contextLength: contextLength))
  }

  func makeRunner(
    _ model: LoadedModel, _ options: PagedRunner.Options, _ makeMatcher: TokenMatcherFactory?
  ) throws(SupervisorError) -> any ModelRunner {
    EngineRunner(try makeEngine(model, contextLength: options.contextLength), makeMatcher: makeMatcher)
  }
}
