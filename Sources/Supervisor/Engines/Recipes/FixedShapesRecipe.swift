import Generation
import OpenVINO

extension EngineKind {
  /// Keys and values of ours beside fixed-shape graphs (`StaticEngine`).
  package static let fixedShapes = EngineKind(rawValue: "static")
}

/// One of the graphs of fixed shapes; together they run as a `StaticModel`.
struct FixedShapesRecipe: EngineRecipe {
  /// Which of them.
  let graph: ModelFolder.Graph

  static var kind: EngineKind { .fixedShapes }
  static var isChoosable: Bool { false }

  init?(_ request: ModelLoader.Request, on device: String) {
    guard request.model.graph != .stateful else { return nil }
    graph = request.model.graph
  }

  func cutsLogits(_ request: ModelLoader.Request) -> Bool { false }
  func note(cutsLogits: Bool) -> String { graph.rawValue }

  func properties(
    _ request: ModelLoader.Request, on identity: DeviceIdentity, usual: Properties
  ) -> (compiling: Properties, importing: Properties) {
    // A prompt is work for all of the device, and a token is not.
    guard graph == .prefill, let platform = NPUPlatform(rawValue: identity.architecture) else {
      return (usual, usual)
    }
    return (platform.choicesForPrompts(headCount: request.model.headCount ?? 0).merging(usual), usual)
  }

  func check(_ model: Model) throws(OpenVINOError) {
    try FixedGraph.check(model)
  }

  func makeEngine(
    _ model: LoadedModel, contextLength: Int?
  ) throws(SupervisorError) -> any ModelEngine { throw alone(model) }

  func makeRunner(
    _ model: LoadedModel, _ options: PagedRunner.Options, _ makeMatcher: TokenMatcherFactory?
  ) throws(SupervisorError) -> any ModelRunner { throw alone(model) }

  private func alone(_ model: LoadedModel) -> SupervisorError {
    SupervisorError(
      .badModel, "\(model.folder.xml) is one of several graphs of fixed shapes, and no model alone",
      advice: "Name the folder, with \(setting: .runsFixedShapes).")
  }
}
