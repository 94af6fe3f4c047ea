import Files
import Generation
import Supervisor

/// A model that was loaded, checked and warmed up, and answers.
struct ReadyModel {
  let assistant: Assistant
  let report: LoadReport
  /// Seconds of the first runs, in which plugins repack weights; not part of the report's load time.
  let warmUpSeconds: Double

  /// Loads a model and shows it on stderr.
  ///
  /// - Throws: `SupervisorError` of a device that cannot load it or computes something else than the CPU.
  init(_ folder: ModelFolder, format: PromptFormat, runtime: RuntimeOptions, device: String? = nil) throws {
    // What is wrong with the model's files is said before it is loaded.
    _ = try AnswerDefaults(folder: folder.folder, format: format)
    let screen = LoadScreen(staysOpen: true)
    defer { screen.end() }
    let loader = try runtime.makeLoader { screen.show($0) }
    var request = runtime.request(for: folder)
    if let device { request.device = device }
    let engine: any ModelEngine
    if runtime.noCanary {
      engine = try loader.makeEngine(request)
    } else {
      let canary = Canary(prompt: format.tokenizer.encode("The capital of France is", addSpecialTokens: true))
      let checked = try loader.makeEngine(request, checkedBy: canary)
      engine = checked.engine
      if case .passed(let agreement) = checked.outcome {
        screen.add(", agrees with the CPU on \(Int(agreement * 100)) % of a test")
      }
    }
    let start = ContinuousClock.now
    try engine.warmUp()
    warmUpSeconds = start.duration(to: .now) / .seconds(1)
    screen.add(", warm-up \(Units.time(warmUpSeconds))")
    report = engine.report
    let usesNPU = report.device.device.contains("NPU")
    assistant = try Assistant(
      engine: engine, model: folder, format: format, npu: usesNPU ? NPUBusyTime() : nil)
    Self.remember(folder, report.device.device)
    if let note = AnswerLimit(GenerationOptions(), assistant.answerDefaults).note {
      screen.end()
      Terminal.error.line("note: " + note)
    }
  }

  /// Takes note in the store, where the model is one of it.
  private static func remember(_ folder: ModelFolder, _ device: String) {
    guard let store = ModelStore(), let name = store.name(ofFolder: folder.folder) else { return }
    var note = store.note(of: name)
    note.use(on: device, at: LocalClock.now())
    store.remember(note, of: name)
  }
}
