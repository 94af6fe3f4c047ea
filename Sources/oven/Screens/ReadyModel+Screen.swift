import Files
import Generation
import Supervisor

extension ReadyModel {
  /// Loads a model and shows it on stderr.
  ///
  /// - Throws: As loading does.
  init(_ folder: ModelFolder, format: PromptFormat, runtime: RuntimeOptions, device: String? = nil) throws {
    let screen = LoadScreen(staysOpen: true)
    defer { screen.end() }
    var request = runtime.request(for: folder)
    if let device { request.device = device }
    try self.init(
      request, format: format, loader: runtime.makeLoader { screen.show($0) }, isChecked: !runtime.noCanary
    ) { progress in
      switch progress {
      case .checked(.passed(let agreement)):
        screen.add(", agrees with the CPU on \(Int(agreement * 100)) % of a test")
      case .checked: break
      case .warmedUp(let seconds): screen.add(", warm-up \(Units.time(seconds))")
      }
    }
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
