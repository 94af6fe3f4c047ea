/// A model that was loaded, checked and warmed up, and answers.
package struct ReadyModel {
  /// What answers.
  package let assistant: Assistant
  /// How it was loaded.
  package let report: LoadReport
  /// Seconds of the first runs, in which plugins repack weights; not part of the report's load time.
  package let warmUpSeconds: Double

  /// What is done after loading.
  package enum Progress {
    /// It was compared with the CPU.
    case checked(Canary.Outcome)
    /// The first runs are over, after so many seconds.
    case warmedUp(Double)
  }

  /// Loads a model.
  ///
  /// - Parameters:
  ///   - isChecked: Whether a device is compared with the CPU after its first load.
  ///   - onProgress: Told what follows the loader's own events.
  /// - Throws: `SupervisorError` of a device that cannot load it or computes something else than the CPU, and
  ///   `GenerationError` for files of the model that make no sense, before anything is loaded.
  package init(
    _ request: ModelLoader.Request, format: PromptFormat, loader: ModelLoader, isChecked: Bool,
    onProgress: (Progress) -> Void
  ) throws {
    _ = try AnswerDefaults(folder: request.model.folder, format: format)
    let engine: any ModelEngine
    if isChecked {
      let checked = try loader.makeCheckedEngine(request, by: Canary(format.tokenizer))
      engine = checked.engine
      onProgress(.checked(checked.outcome))
    } else {
      engine = try loader.makeEngine(request)
    }
    let start = ContinuousClock.now
    try engine.warmUp()
    warmUpSeconds = start.duration(to: .now) / .seconds(1)
    onProgress(.warmedUp(warmUpSeconds))
    report = engine.report
    let usesNPU = report.device.device.contains("NPU")
    assistant = try Assistant(
      engine: engine, model: request.model, format: format, npu: usesNPU ? NPUBusyTime() : nil)
  }
}
