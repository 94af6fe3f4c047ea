import Generation
import OpenVINO

/// What is special to one way of running a graph, from the plan to what answers. A new engine is a type of these, and its
/// line in `EngineRecipes`.
protocol EngineRecipe: Sendable {
  /// How reports name it.
  static var kind: EngineKind { get }
  /// Whether it may be asked for by this name.
  static var isChoosable: Bool { get }
  /// Whether it runs a graph as it is, without another form of it.
  static var isUsual: Bool { get }

  /// Makes a recipe for a request on a device; nil where it is for other graphs or devices.
  ///
  /// - Throws: `.loadFailed` where it is asked for by name and cannot run there.
  init?(_ request: ModelLoader.Request, on device: String) throws(SupervisorError)

  /// Its place among the ways to run the same: the lowest first.
  func place(_ request: ModelLoader.Request) -> Int
  /// The lengths that the graph is compiled for; nil where any will do.
  var npu: NPUProperties? { get }

  // How it is planned.

  /// The device that stands in for the one that is asked for.
  func standIn(_ request: ModelLoader.Request) -> String?
  /// What the device is told, and what it is told beside a blob.
  ///
  /// - Parameters:
  ///   - identity: The device.
  ///   - usual: What any graph is told on it, the user's own properties among it.
  func properties(
    _ request: ModelLoader.Request, on identity: DeviceIdentity, usual: Properties
  ) -> (compiling: Properties, importing: Properties)
  /// Whether we leave out the logits that nobody samples.
  func cutsLogits(_ request: ModelLoader.Request) -> Bool

  // How it is keyed.

  /// What of the model is compiled.
  func note(cutsLogits: Bool) -> String

  // How it is compiled and imported.

  /// Checks that a model is of the kind that the engine runs.
  func check(_ model: Model) throws(OpenVINOError)
  /// Changes a model as the engine needs it.
  func change(_ model: Model) throws(OpenVINOError)
  /// Leaves out the logits that nobody samples.
  func cutLogits(of model: Model) throws(OpenVINOError)
  /// Tells OpenVINO what it must know to read a blob.
  func prepareImport(_ core: Core) throws(OpenVINOError)
  /// Another form of the model for steps of few tokens; nil where one serves all.
  func formForFewTokens(
    _ request: ModelLoader.Request, beside main: CompiledModel, on device: String, _ loader: ModelLoader
  ) throws(SupervisorError) -> ModelLoader.Found?
  /// The words for what a device said; nil for the usual ones.
  func refusal(_ device: DeviceIdentity, _ message: String) -> SupervisorError?

  // How it is fed.

  /// What runs one conversation.
  func makeEngine(_ model: LoadedModel, contextLength: Int?) throws(SupervisorError) -> any ModelEngine
  /// What runs the steps of a scheduler.
  func makeRunner(
    _ model: LoadedModel, _ options: PagedRunner.Options, _ makeMatcher: TokenMatcherFactory?
  ) throws(SupervisorError) -> any ModelRunner
}

/// What most engines need: nothing special.
extension EngineRecipe {
  static var isChoosable: Bool { true }
  static var isUsual: Bool { true }

  /// How reports name it.
  var engine: EngineKind { Self.kind }

  func place(_ request: ModelLoader.Request) -> Int { 1 }

  var npu: NPUProperties? { nil }

  func standIn(_ request: ModelLoader.Request) -> String? { nil }

  func properties(
    _ request: ModelLoader.Request, on identity: DeviceIdentity, usual: Properties
  ) -> (compiling: Properties, importing: Properties) {
    (usual, usual)
  }

  func change(_ model: Model) throws(OpenVINOError) {}
  func cutLogits(of model: Model) throws(OpenVINOError) {}
  func prepareImport(_ core: Core) throws(OpenVINOError) {}

  func formForFewTokens(
    _ request: ModelLoader.Request, beside main: CompiledModel, on device: String, _ loader: ModelLoader
  ) throws(SupervisorError) -> ModelLoader.Found? { nil }

  func refusal(_ device: DeviceIdentity, _ message: String) -> SupervisorError? { nil }
}
