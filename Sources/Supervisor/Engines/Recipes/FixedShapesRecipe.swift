import Generation
import OpenVINO

/// One of the graphs of fixed shapes; together they run as a `StaticModel`.
struct FixedShapesRecipe: EngineRecipe {
  /// Which of them.
  let graph: ModelFolder.Graph

  var engine: EngineKind { .fixedShapes }

  func cutsLogits(_ request: ModelLoader.Request) -> Bool { false }
  func note(cutsLogits: Bool) -> String { graph.rawValue }

  func check(_ model: Model) throws(OpenVINOError) {
    // The look-up of tokens has neither a cache nor a mask.
    if graph != .embedding { try FixedGraph.check(model) }
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
