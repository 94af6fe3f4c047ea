import Generation
import OpenVINO

/// The stateful graph as NPUW runs it on an NPU: it cuts the logits itself, and computes prompts of one length.
struct NPURecipe: EngineRecipe {
  private let stateful = StatefulRecipe()
  private let lengths: NPUProperties
  /// How many experts the layers have; nil where the model is no mixture.
  private let expertCount: Int?

  init?(_ request: ModelLoader.Request, on device: String) {
    guard request.model.graph == .stateful, device.hasPrefix("NPU") else { return nil }
    expertCount = request.model.hasExperts ? request.model.expertCount : nil
    let asked = request.npu.overridden(by: request.properties)
    guard request.model.hasExperts else {
      lengths = asked
      return
    }
    // What the user says of it goes before.
    lengths = asked.apart(from: Self.sizes(request)).overridden(by: request.properties)
  }

  /// What NPUW may take for the tokens of a mixture's prompt: its width, and how many experts there are.
  private static func sizes(_ request: ModelLoader.Request) -> Set<Int> {
    Set([request.model.width, request.model.expertCount].compactMap { $0 })
  }

  /// The lengths on a device. The compiler for Meteor Lake crashes over the second piece of a mixture's prompt, and not over
  /// a prompt as a whole (docs/npu.md).
  private func lengths(_ request: ModelLoader.Request, on identity: DeviceIdentity) -> NPUProperties {
    let asked = request.npu.overridden(by: request.properties)
    guard expertCount != nil, identity.architecture == NPUPlatform.meteorLake.rawValue,
      asked.prefillHint == nil, asked.chunkLength == nil
    else { return lengths }
    return lengths.whole().apart(from: Self.sizes(request)).overridden(by: request.properties)
  }

  static var kind: EngineKind { .stateful }
  static var isChoosable: Bool { false }
  var npu: NPUProperties? { lengths }

  func standIn(_ request: ModelLoader.Request) -> String? { NPUProperties.standIn(in: request.properties) }

  func properties(
    _ request: ModelLoader.Request, on identity: DeviceIdentity, usual: Properties
  ) -> (compiling: Properties, importing: Properties) {
    let properties = lengths(request, on: identity).properties(merging: request.properties)
    // What was compiled in must not be repeated, but the weights must be found.
    return (properties, properties.merging(["WEIGHTS_PATH": .text(request.model.weights)]))
  }

  func cutsLogits(_ request: ModelLoader.Request) -> Bool { false }
  func note(cutsLogits: Bool) -> String { stateful.note(cutsLogits: cutsLogits) }

  func check(_ model: Model) throws(OpenVINOError) { try stateful.check(model) }

  func change(_ model: Model) throws(OpenVINOError) {
    try LanguageModelInterface.checkForNPU(model)
    if let expertCount { try LanguageModelInterface.checkExperts(model.operations(), count: expertCount) }
  }

  func makeEngine(
    _ model: LoadedModel, contextLength: Int?
  ) throws(SupervisorError) -> any ModelEngine {
    try stateful.makeEngine(model, contextLength: contextLength)
  }

  func makeRunner(
    _ model: LoadedModel, _ options: PagedRunner.Options, _ makeMatcher: TokenMatcherFactory?
  ) throws(SupervisorError) -> any ModelRunner {
    try stateful.makeRunner(model, options, makeMatcher)
  }
}
