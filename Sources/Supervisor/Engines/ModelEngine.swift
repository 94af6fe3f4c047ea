import Generation

/// An engine on a model of a folder, on a device of this machine.
package protocol ModelEngine: TextGenerationEngine {
  /// The model's files.
  var folder: ModelFolder { get }
  /// How it was loaded.
  var report: LoadReport { get }
  /// Where its compiled graphs are in the cache; fewer than it has, or none, where they are not kept.
  var entryFolders: [String] { get }
  /// The tokens of the longest prompt that an empty cache takes.
  var longestPrompt: Int { get }

  /// Empties the cache.
  func reset() throws(SupervisorError)

  /// Runs a prompt and a step once and forgets them: plugins repack weights and allocate in their first runs.
  func warmUp() throws(SupervisorError)
}

extension ModelLoader {
  /// Loads a model and makes the engine that the request asks for.
  package func makeEngine(_ request: Request) throws(SupervisorError) -> any ModelEngine {
    try onFirstDevice(for: request) { device, passedOver throws(SupervisorError) in
      try engine(request, on: device, passedOver)
    }
  }

  /// As `makeEngine`, and compares it with the CPU. With AUTO, a device that computes something else is passed over
  /// like one that refuses the model.
  package func makeEngine(
    _ request: Request, checkedBy canary: Canary
  ) throws(SupervisorError) -> (engine: any ModelEngine, outcome: Canary.Outcome) {
    try onFirstDevice(for: request) { device, passedOver throws(SupervisorError) in
      let engine = try engine(request, on: device, passedOver)
      do {
        return (engine, try canary.check(engine, loader: self))
      } catch let error as SupervisorError {
        throw error
      } catch {
        throw SupervisorError(.inferenceFailed, "\(device) stopped in its first answer: \(error)")
      }
    }
  }

  private func engine(
    _ request: Request, on device: String, _ passedOver: [DeviceChoice.PassedOver]
  ) throws(SupervisorError) -> any ModelEngine {
    if request.usesFixedShapes { return try StaticEngine(loadFixedShapes(request, on: device, passedOver)) }
    let loaded = try load(request, on: device, passedOver)
    let options = EngineOptions(for: loaded)
    if loaded.report.engine == .paged { return try PagedEngine(loaded, options: options) }
    return try StatefulEngine(loaded, options: options)
  }
}
