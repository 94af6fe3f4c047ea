import Files
import Generation
import Supervisor
import Tokenization

/// Brings a model up as a service: in a worker process, or here.
struct ServiceLoader {
  let folder: ModelFolder
  let tokenizer: Tokenizer
  let runtime: RuntimeOptions
  let service: ServiceOptions
  /// Whether special tokens stay in answers, because some of them are marks around calls or reasoning.
  var keepsSpecialTokens = false
  /// Requests that may wait.
  var queueLimit = Scheduler.Options().queueLimit

  /// Loads, and returns when requests can be answered.
  func load() async throws -> ModelService {
    let (folder, tokenizer, runtime, service) = (folder, tokenizer, runtime, service)
    let skipsSpecialTokens = !keepsSpecialTokens
    var options = Scheduler.Options()
    options.queueLimit = queueLimit
    options.guessesFromText = !service.noGuesses
    options.salt = try folder.identity().sum
    return try await ModelService(
      options: options, warmsUp: true,
      keptBlocks: { folder in
        let store = PrefixStore(reading: folder)
        return { store.holds($0) }
      },
      makeStream: { tokenizer.makeStream(skipSpecialTokens: skipsSpecialTokens, prompt: $0) },
      makeRunner: {
        guard service.inProcess else {
          guard let program = Folders.program else {
            throw SupervisorError(.workerLost, "the system does not say where this program is")
          }
          let columns =
            Terminal.error.isInteractive ? ["--columns", "\(Terminal.error.width)"] : []
          return try WorkerRunner(
            .init(
              path: program,
              arguments: ["worker", folder.xml] + columns + runtime.arguments + service.arguments),
            deadline: service.stepDeadline)
        }
        return try RunnerLoader(folder: folder, runtime: runtime, service: service).load(nil)
      })
  }
}

/// Loads a model into this process, with the draft that guesses for it, if there is one.
struct RunnerLoader {
  let folder: ModelFolder
  let runtime: RuntimeOptions
  let service: ServiceOptions
  /// The width of the terminal on which others show what is said here.
  var columns: Int?

  /// - Parameter limits: What an earlier runner had, which this one replaces.
  func load(_ limits: RunnerLimits?) throws -> any ModelRunner {
    let draft = try service.draft.map { try ModelFolder(named: $0) }
    if let draft { try checkVocabulary(draft) }
    let screen = LoadScreen(columns: columns)
    let loader = try runtime.makeLoader { screen.show($0) }
    let loaded = try loader.loadRunnable(
      runtime.request(for: folder),
      checkedBy: runtime.noCanary ? nil : { Canary(try Tokenizer.load(folder: folder.folder)) })
    var options = service.runner
    options.limits = limits
    let runner = try loaded.makeRunner(options, makeMatcher: MatcherFactory.make(folder))
    guard let draft else { return runner }
    guard runner.limits.takesDrafts else {
      throw ErrorReport(
        what: "--draft does not go with the \(runner.engineName) engine",
        why: "it cannot forget guesses that do not come true", mend: "leave --draft out", status: .usage)
    }
    var request = runtime.request(for: draft)
    request.device = loaded.report.device.device
    return DraftingRunner(runner, draft: try loader.makeEngine(request))
  }

  /// A guess is a number of the vocabulary: it must mean the same to both.
  private func checkVocabulary(_ draft: ModelFolder) throws {
    let texts = ["The capital of France is Paris, 1234.5 – naïve 日本語", "def f(x):\n    return {'a': x}"]
    let ids = try [folder, draft].map { folder in
      let tokenizer = try Tokenizer.load(folder: folder.folder)
      return texts.map { tokenizer.encode($0, addSpecialTokens: true) }
    }
    guard ids[0] == ids[1], folder.vocabularySize == draft.vocabularySize else {
      throw ErrorReport(
        what: "\(draft.folder) cannot guess for \(folder.folder)",
        why: "they have different vocabularies", mend: "give a smaller model of the same family to --draft",
        status: .badData)
    }
  }
}
