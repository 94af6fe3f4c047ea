import Errors

extension ModelLoader {
  /// Loads a model and makes the engine that the request asks for.
  package func makeEngine(_ request: Request) throws(SupervisorError) -> any ModelEngine {
    try onFirstDevice(for: request) { device, passedOver throws(SupervisorError) in
      try loadRunnable(request, on: device, passedOver).makeEngine()
    }
  }

  /// Loads a model in the best of the forms that the request leaves open. With AUTO, a device that computes something else
  /// than the CPU is passed over like one that refuses the model.
  ///
  /// - Parameters:
  ///   - servesMany: Whether it is to run many conversations at once.
  ///   - makeCanary: Makes what compares it with the CPU, where it is another device.
  package func loadRunnable(
    _ request: Request, servesMany: Bool = true, checkedBy makeCanary: (() throws -> Canary)? = nil
  ) throws(SupervisorError) -> RunnableModel {
    var request = request
    request.servesMany = servesMany
    return try onFirstDevice(for: request) { [request] device, passedOver throws(SupervisorError) in
      let model = try loadRunnable(request, on: device, passedOver)
      if let makeCanary, device != "CPU" {
        report(.checked(try check(model.makeEngine(), makeCanary, device)))
      }
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
      throw SupervisorError(
        .inferenceFailed,
        wording: "\(device) stopped in its first answer: \(Wording(describing: error))")
    }
  }
}
