import OpenVINO

// How a model is read, changed and compiled as a plan says.
extension ModelLoader {
  /// Reads a model and changes it as it is to be compiled.
  func prepare(_ request: Request, _ plan: LoadPlan) throws(SupervisorError) -> Model {
    var refusal: SupervisorError?
    do throws(OpenVINOError) {
      let model = try read(request, plan)
      do throws(OpenVINOError) {
        try plan.recipe.check(model)
      } catch {
        if plan.graph == .stateful { refusal = plan.isNoLanguageModel(error, request.model) }
        throw error
      }
      try plan.recipe.change(model)
      if plan.cutsLogits { try plan.recipe.cutLogits(of: model) }
      if plan.mergesProjections { _ = try model.mergeProjections() }
      if plan.kernels == .oven {
        let placed = try model.placeWeights(
          try identity(of: request), isExact: plan.isExact, ownAttention: plan.hasOwnAttention)
        guard request.cpuKernels != .auto || placed.isNearlyAll else {
          refusal = SupervisorError(
            .kernelsUnsuited, "Oven's kernels compute too little of \(request.model.xml)")
          throw OpenVINOError(.unsupported, "too little of it")
        }
        guard placed.count > 0 else {
          refusal = SupervisorError(
            .loadFailed,
            "no product of \(request.model.xml) has weights of a kind that Oven's kernels compute",
            advice: "Leave \(setting: .cpuKernels) oven out.")
          throw OpenVINOError(.unsupported, "nothing of it")
        }
      }
      return model
    } catch {
      throw refusal ?? plan.loadFailed(error)
    }
  }

  private func read(_ request: Request, _ plan: LoadPlan) throws(OpenVINOError) -> Model {
    guard plan.kernels == .oven else {
      return try core.readModel(request.model.xml, weights: request.model.weights)
    }
    let identity = try identity(of: request)
    try core.provideWeights(request.model.weights, as: identity)
    return try core.readModel(request.model.xml, providedWeights: identity)
  }

  private func identity(of request: Request) throws(OpenVINOError) -> String {
    do throws(SupervisorError) {
      return try request.model.identity().sum
    } catch {
      throw OpenVINOError(.failed, error.message)
    }
  }

  func compile(
    _ model: Model, _ plan: LoadPlan, reason: CacheExplanation?
  ) throws(SupervisorError) -> CompiledModel {
    report(.compiling(plan.identity, reason: reason))
    do throws(OpenVINOError) {
      return try core.compile(model, for: plan.identity.device, properties: plan.properties)
    } catch {
      throw plan.loadFailed(error)
    }
  }
}
