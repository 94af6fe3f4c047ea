extension ModelLoader {
  /// Loads a model and makes the engine that the request asks for.
  package func makeEngine(_ request: Request) throws(SupervisorError) -> any ModelEngine {
    try makeEngine(request) { _, _ throws(SupervisorError) in }
  }

  /// As `makeEngine`, and compares it with the CPU. With AUTO, a device that computes something else is passed over like
  /// one that refuses the model.
  package func makeCheckedEngine(
    _ request: Request, by canary: Canary
  ) throws(SupervisorError) -> (engine: any ModelEngine, outcome: Canary.Outcome) {
    var outcome = Canary.Outcome.notNeeded
    let engine = try makeEngine(request) { engine, device throws(SupervisorError) in
      outcome = try check(engine, { canary }, device)
    }
    return (engine, outcome)
  }

  private func makeEngine(
    _ request: Request, _ check: (any ModelEngine, String) throws(SupervisorError) -> Void
  ) throws(SupervisorError) -> any ModelEngine {
    try onFirstDevice(for: request) { device, passedOver throws(SupervisorError) in
      let engine = try loadRunnable(request, on: device, passedOver).makeEngine()
      try check(engine, device)
      return engine
    }
  }

  /// Loads a model for many conversations, in the best of the forms that the request leaves open.
  ///
  /// - Parameter makeCanary: Makes what compares it with the CPU, where it is another device.
  package func loadRunnable(
    _ request: Request, checkedBy makeCanary: (() throws -> Canary)? = nil
  ) throws(SupervisorError) -> RunnableModel {
    var request = request
    request.servesMany = true
    return try onFirstDevice(for: request) { [request] device, passedOver throws(SupervisorError) in
      let model = try loadRunnable(request, on: device, passedOver)
      if let makeCanary, device != "CPU" { _ = try check(model.makeEngine(), makeCanary, device) }
      return model
    }
  }

  private func loadRunnable(
    _ request: Request, on device: String, _ passedOver: [DeviceChoice.PassedOver]
  ) throws(SupervisorError) -> RunnableModel {
    if request.usesFixedShapes { return .fixedShapes(try loadFixedShapes(request, on: device, passedOver)) }
    return .graph(try load(request, on: device, passedOver))
  }

  private func check(
    _ engine: any ModelEngine, _ makeCanary: () throws -> Canary, _ device: String
  ) throws(SupervisorError) -> Canary.Outcome {
    do {
      return try makeCanary().check(engine, loader: self)
    } catch let error as SupervisorError {
      throw error
    } catch {
      throw SupervisorError(.inferenceFailed, "\(device) stopped in its first answer: \(error)")
    }
  }
}
