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

  /// Makes what runs it: for many sequences at once where it has pages, otherwise for one.
  ///
  /// - Parameter makeMatcher: Compiles constraints for the model's vocabulary.
  package func makeRunner(
    _ options: PagedRunner.Options = .init(), makeMatcher: TokenMatcherFactory? = nil
  ) throws(SupervisorError) -> any ModelRunner {
    switch self {
    case .graph(let model) where model.report.engine == .paged:
      return try PagedRunner(model, options: options, makeMatcher: makeMatcher)
    case .graph(let model):
      let engine = try StatefulEngine(
        model, options: EngineOptions(for: model, contextLength: options.contextLength))
      return EngineRunner(
        engine, name: report.engine.rawValue, longestPrompt: engine.longestPrompt, makeMatcher: makeMatcher)
    case .fixedShapes(let model):
      let engine = try StaticEngine(model)
      return EngineRunner(
        engine, name: report.engine.rawValue, longestPrompt: engine.longestPrompt, makeMatcher: makeMatcher)
    }
  }
}

extension ModelLoader {
  /// Loads a model for many conversations, in the best of the forms that the request leaves open.
  package func loadRunnable(_ request: Request) throws(SupervisorError) -> RunnableModel {
    var request = request
    request.servesMany = true
    return try onFirstDevice(for: request) { [request] device, passedOver throws(SupervisorError) in
      if request.usesFixedShapes { return .fixedShapes(try loadFixedShapes(request, on: device, passedOver)) }
      return .graph(try load(request, on: device, passedOver))
    }
  }
}
