import OpenVINO

extension ModelLoader {
  /// What to load, and how.
  package struct Request: Sendable {
    /// The model's files.
    package var model: ModelFolder
    /// "AUTO" or OpenVINO's name of a device.
    package var device = "AUTO"
    /// The user's own properties.
    package var properties: Properties = [:]
    /// The lengths and hints of an NPU.
    package var npu = NPUProperties()
    /// Whether logits are needed for every token, and not only for the last.
    package var allLogits = false
    /// Whether the two fixed-shape graphs are meant, and not the stateful one.
    package var usesFixedShapes = false

    /// Which engine runs the stateful graph. What needs the logits of every token is stateful.
    package var engine = EngineChoice.stateful
    /// Whether many conversations are to be computed at once, which is what pages are for.
    package var servesMany = false

    /// What computes products with compressed weights on a CPU.
    package var cpuKernels = CPUKernels.auto
    /// How exactly it does.
    package var precision = CPUPrecision.fast

    /// What stands behind the user's properties; what the loader's store knows if nil.
    package var tuned: TunedSettings?

    /// Asks for a model with defaults.
    package init(model: ModelFolder) {
      self.model = model
    }

    /// The second way to compile for an NPU: without the values' other order, which NPUW chooses and which the compiler
    /// of platform 3720 cannot place for prompts shorter than 1024. Nil where there is no choice left, and for mixtures of
    /// experts, which would answer wrongly (docs/npu.md).
    func withoutTransposedValues(_ plan: LoadPlan) -> Request? {
      guard plan.npu != nil, NPUProperties.standIn(in: properties) == nil, !model.hasExperts,
        properties["NPUW_LLM_OPTIMIZE_V_TENSORS"] == nil
      else { return nil }
      var copy = self
      copy.properties = properties.merging(["NPUW_LLM_OPTIMIZE_V_TENSORS": "NO"])
      return copy
    }

    /// The same for another graph.
    func `for`(_ model: ModelFolder) -> Request {
      var copy = self
      copy.model = model
      return copy
    }
  }
}
