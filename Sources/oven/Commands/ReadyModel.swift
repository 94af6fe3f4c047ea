import Foundation
import Generation
import Supervisor

/// A model that was loaded, checked and warmed up, and answers.
struct ReadyModel {
  let assistant: Assistant
  let report: LoadReport
  /// Seconds of the first runs, in which plugins repack weights; not part of the report's load time.
  let warmUpSeconds: Double
  /// The conversation's tokens at most.
  let contextLength: Int

  /// Loads a model and shows it on stderr.
  ///
  /// - Throws: `SupervisorError` of a device that cannot load it or computes something else than the CPU.
  init(_ folder: ModelFolder, format: PromptFormat, runtime: RuntimeOptions, device: String? = nil) throws {
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
    contextLength = engine.contextLength
    let usesNPU = report.device.device.contains("NPU")
    assistant = try Assistant(
      engine: engine, model: folder, format: format, npu: usesNPU ? NPUBusyTime() : nil)
  }
}
