/// All engines. A new one is its recipe and its line here.
enum EngineRecipes {
  private static let all: [any EngineRecipe.Type] = [
    PagedRecipe.self, StatefulRecipe.self, NPURecipe.self, FixedShapesRecipe.self,
  ]

  /// What may be asked for by name.
  static var choosable: [EngineKind] { all.filter { $0.isChoosable }.map { $0.kind } }

  /// The ways to run a graph on a device as far as the request leaves them open, the best first.
  ///
  /// - Throws: `.loadFailed` where an engine is asked for by name that cannot run it there.
  static func ways(
    _ request: ModelLoader.Request, on device: String
  ) throws(SupervisorError) -> [any EngineRecipe] {
    var able: [any EngineRecipe] = []
    for type in all {
      if let recipe = try type.init(request, on: device) { able.append(recipe) }
    }
    let named = able.filter { request.wantedEngine == .only($0.engine) }
    // What is asked for says nothing of graphs that only one engine runs.
    return (named.isEmpty ? able : named).sorted { $0.place(request) < $1.place(request) }
  }

  /// What runs a graph on a device as it is.
  static func usual(_ request: ModelLoader.Request, on device: String) -> any EngineRecipe {
    for type in all where type.isUsual {
      if let recipe = try? type.init(request, on: device) { return recipe }
    }
    return StatefulRecipe()
  }
}
