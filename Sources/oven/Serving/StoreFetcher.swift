import Dispatch
import Files
import Serving

/// Brings models of the hub into the store by a process of its own, `oven fetch`.
struct StoreFetcher: Sendable {
  let store: ModelStore
  /// A model of the store as the server takes it, by its name there.
  let source: @Sendable (_ name: String) throws -> ModelSource

  /// How long a process that was asked to stop may take to do so.
  private static let patience = 10_000

  /// Brings a model; stops where it is when the task is cancelled.
  func fetch(_ name: String, _ tell: @escaping @Sendable (FetchProgress) -> Void) async throws -> ModelSource
  {
    guard let program = Folders.program else {
      throw ServingError(.failed, "the system does not say where this program is")
    }
    let child: ChildProcess
    do throws(FileError) {
      child = try ChildProcess(program, ["fetch", "--", name])
    } catch {
      throw ServingError(.failed, "the process that brings models in cannot be started: \(error.message)")
    }
    let last: FetchMessage? = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // Waiting for the process is not the business of the threads that answer.
        DispatchQueue(label: "oven.fetch").async { continuation.resume(returning: Self.listen(child, tell)) }
      }
    } onCancel: {
      child.interrupt()
      DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Self.patience)) { child.end() }
    }
    let ending = child.end()
    try Task.checkCancellation()
    switch last {
    case .stored(let name): return try source(name)
    case .failed(let words, let status): throw ServingError(Self.code(status), words)
    case .progress, nil:
      throw ServingError(
        .failed, "the process that brings models in ended by \(ending): \(child.lastWords.suffix(300))")
    }
  }

  /// - Returns: What it said last.
  private static func listen(
    _ child: ChildProcess, _ tell: @Sendable (FetchProgress) -> Void
  ) -> FetchMessage? {
    var last: FetchMessage?
    while case .frame(let frame) = child.channel.receive(), let message = FetchMessage(frame) {
      if case .progress(let progress) = message { tell(progress) }
      last = message
    }
    return last
  }

  private static func code(_ status: Int32) -> ServingError.Code {
    switch ExitStatus(rawValue: status) {
    case .noInput: .unknownModel
    case .usage, .badData: .badRequest
    case .unavailable, .tryAgain: .unavailable
    case .permission: .forbidden
    default: .failed
    }
  }
}
