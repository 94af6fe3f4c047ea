import Files
import Generation
import Supervisor
import Synchronization

/// A model for one conversation that begins to load, in a process of its own, while this one reads what else is needed.
struct ModelStart {
  private let loader: RunnerLoader
  private let source: RunnerSource
  private var folder: ModelFolder { loader.folder }

  /// Begins.
  ///
  /// - Parameter device: Instead of the one that the options name.
  init(_ folder: ModelFolder, _ runtime: RuntimeOptions, _ options: RunnerOptions, device: String? = nil)
    throws
  {
    var runtime = runtime
    if let device { runtime.device = device }
    loader = RunnerLoader(folder: folder, runtime: runtime, options: options, sequences: 1, warmsUp: true)
    source = try RunnerSource(loader)
  }

  /// Waits until it is loaded, checked and warm, which is shown on stderr.
  ///
  /// - Throws: As loading does; for files of the model that make no sense before that is waited for.
  func ready(_ format: PromptFormat) async throws -> ReadyModel {
    let defaults = try AnswerDefaults(folder: folder.folder, format: format)
    let screen = LoadScreen(staysOpen: true)
    defer { screen.end() }
    let told = Told()
    let service = try await ModelService(
      options: try schedulerOptions(), words: { "\($0.withOptions)" }, keptBlocks: PrefixStore.held,
      makeStream: { format.tokenizer.makeStream(prompt: $0) },
      makeRunner: { [source] in
        let loaded = try source.load { screen.show($0) }
        told.facts.withLock { $0 = loaded.facts }
        return loaded.runner
      })
    guard let facts = told.facts.withLock({ $0 }) else {
      throw SupervisorError(.workerLost, "the runner says nothing of itself")
    }
    let ready = try ReadyModel(service: service, facts: facts, model: folder, format: format)
    remember(ready.report.device.device)
    if let note = AnswerLimit(GenerationOptions(), defaults).note {
      screen.end()
      Terminal.error.line("note: " + note)
    }
    return ready
  }

  private func schedulerOptions() throws -> Scheduler.Options {
    var options = Scheduler.Options()
    options.guessesFromText = !loader.options.noGuesses
    // By which blocks are found again that a server or another chat has kept.
    if loader.options.prefixCache != nil { options.salt = try folder.identity().sum }
    return options
  }

  /// What a runner says of itself, on the thread that makes it.
  private final class Told: Sendable {
    let facts = Mutex<RunnerFacts?>(nil)
  }

  /// Takes note in the store, where the model is one of it.
  private func remember(_ device: String) {
    guard let store = ModelStore(), let name = store.name(ofFolder: folder.folder) else { return }
    var note = store.note(of: name)
    note.use(on: device, at: LocalClock.now())
    store.remember(note, of: name)
  }
}
