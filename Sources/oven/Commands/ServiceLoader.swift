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
    options.salt = try folder.identity().sum
    return try await ModelService(
      options: options,
      makeStream: { tokenizer.makeStream(skipSpecialTokens: skipsSpecialTokens, prompt: $0) },
      makeRunner: {
        guard service.inProcess else {
          guard let program = Folders.program else {
            throw SupervisorError(.workerLost, "the system does not say where this program is")
          }
          return try WorkerRunner(
            .init(path: program, arguments: ["worker", folder.xml] + runtime.arguments + service.arguments),
            deadline: service.stepDeadline)
        }
        let screen = LoadScreen()
        let loaded = try runtime.makeLoader { screen.show($0) }.loadRunnable(runtime.request(for: folder))
        return try loaded.makeRunner(service.runner, makeMatcher: MatcherFactory.make(folder))
      })
  }
}
