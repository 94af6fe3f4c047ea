import Generation
import Supervisor
import Tokenization

/// Brings a model up as a service for many: in a worker process, or here.
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
    let source = try RunnerSource(
      RunnerLoader(
        folder: folder, runtime: runtime, options: service.runner, sequences: service.maxSequences))
    let (tokenizer, skipsSpecialTokens) = (tokenizer, !keepsSpecialTokens)
    var options = Scheduler.Options()
    options.queueLimit = queueLimit
    options.guessesFromText = !service.runner.noGuesses
    options.salt = try folder.identity().sum
    // Lines of others may come between, so none is drawn again.
    let screen = LoadScreen(redraws: false)
    return try await ModelService(
      options: options, warmsUp: true, words: { "\($0.withOptions)" }, keptBlocks: PrefixStore.held,
      makeStream: { tokenizer.makeStream(skipSpecialTokens: skipsSpecialTokens, prompt: $0) },
      makeRunner: { try source.load { screen.show($0) }.runner })
  }
}

extension PrefixStore {
  /// What says which blocks are kept in a folder.
  static let held: @Sendable (_ folder: String) -> @Sendable (BlockDigest) -> Bool = { folder in
    let store = PrefixStore(reading: folder)
    return { store.holds($0) }
  }
}
