import Files
import Generation
import Supervisor

/// Where a model's runner comes from: a worker process, which begins to load when this is made, or this process.
struct RunnerSource: Sendable {
  private let loader: RunnerLoader
  /// Nil where it is to be in this process.
  private let worker: WorkerProcess?

  /// Starts the worker, if there is to be one. It ends when nobody wants its runner any more.
  init(_ loader: RunnerLoader) throws {
    self.loader = loader
    guard !loader.options.inProcess else {
      worker = nil
      return
    }
    guard let program = Folders.program else {
      throw SupervisorError(.workerLost, "the system does not say where this program is")
    }
    worker = try WorkerProcess(.init(path: program, arguments: WorkerCommand.arguments(loader)))
  }

  /// Returns when the model is loaded.
  ///
  /// - Parameter report: Told how it goes, also of workers that replace the first one.
  func load(_ report: @escaping @Sendable (LoadEvent) -> Void) throws -> LoadedRunner {
    guard let worker else { return try loader.load(nil, report) }
    let runner = try WorkerRunner(worker, deadline: loader.options.stepDeadline, report: report)
    return LoadedRunner(runner, runner.facts)
  }
}
