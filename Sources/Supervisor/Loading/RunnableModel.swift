import Generation

/// A model on a device, of which a runner can be made, on whichever thread runs it.
package enum RunnableModel: Sendable {
  /// The stateful graph, or its paged form.
  case graph(LoadedModel)
  /// The two graphs of fixed shapes.
  case fixedShapes(StaticModel)

  /// How it was loaded.
  package var report: LoadReport {
    switch self {
    case .graph(let model): model.report
    case .fixedShapes(let model): model.report
    }
  }

  /// Makes what runs one conversation.
  package func makeEngine(contextLength: Int? = nil) throws(SupervisorError) -> any ModelEngine {
    switch self {
    case .graph(let model): try model.recipe.makeEngine(model, contextLength: contextLength)
    case .fixedShapes(let model): try StaticEngine(model)
    }
  }

  /// Makes what runs the steps of a scheduler: for many sequences at once where it has pages, otherwise for one.
  ///
  /// - Parameter makeMatcher: Compiles constraints for the model's vocabulary.
  package func makeRunner(
    _ options: PagedRunner.Options = .init(), makeMatcher: TokenMatcherFactory? = nil
  ) throws(SupervisorError) -> any ModelRunner {
    switch self {
    case .graph(let model): try model.recipe.makeRunner(model, options, makeMatcher)
    case .fixedShapes(let model): EngineRunner(try StaticEngine(model), makeMatcher: makeMatcher)
    }
  }
}
