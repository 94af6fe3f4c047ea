import Generation
import Supervisor
import Tokenization

/// Loads a model into this process, with the draft that guesses for it, if there is one.
struct RunnerLoader: Sendable {
  let folder: ModelFolder
  let runtime: RuntimeOptions
  let options: RunnerOptions
  /// The answers that are generated at once.
  let sequences: Int
  /// Whether the first runs, in which plugins repack weights, belong to the load.
  var warmsUp = false

  /// - Parameters:
  ///   - limits: What an earlier runner had, which this one replaces.
  ///   - report: Told how it goes.
  func load(
    _ limits: RunnerLimits?, _ report: @escaping @Sendable (LoadEvent) -> Void
  ) throws -> LoadedRunner {
    let draft = try options.draft.map { try ModelFolder(named: $0) }
    if let draft { try checkVocabulary(draft) }
    let loader = try runtime.makeLoader(report)
    let loaded = try loader.loadRunnable(
      runtime.request(for: folder), servesMany: sequences > 1,
      checkedBy: runtime.noCanary ? nil : { Canary(try Tokenizer.load(folder: folder.folder)) })
    var paged = options.paged(sequences: sequences)
    paged.limits = limits
    var runner = try loaded.makeRunner(paged, makeMatcher: MatcherFactory.make(folder))
    if let draft { runner = try drafting(runner, draft, on: loaded.report.device.device, loader) }
    // Whoever waits for one that replaces another waits for an answer.
    guard warmsUp, limits == nil else { return LoadedRunner(runner, report: loaded.report) }
    let start = ContinuousClock.now
    try runner.warmUp()
    let seconds = start.duration(to: .now) / .seconds(1)
    report(.warmedUp(seconds: seconds))
    return LoadedRunner(runner, report: loaded.report, warmUpSeconds: seconds)
  }

  private func drafting(
    _ runner: any ModelRunner, _ draft: ModelFolder, on device: String, _ loader: ModelLoader
  ) throws -> any ModelRunner {
    guard runner.limits.takesDrafts else {
      throw ErrorReport(
        what: "--draft does not go with the \(runner.engineName) engine",
        why: "it cannot forget guesses that do not come true", mend: "leave --draft out", status: .usage)
    }
    var request = runtime.request(for: draft)
    request.device = device
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
