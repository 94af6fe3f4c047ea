import Dispatch
import NIOConcurrencyHelpers

/// Runs asynchronous work for a caller that has to wait for it.
///
/// The work has a thread of its own: Swift's pool has one thread a core, and if all of them waited here, the work
/// that they wait for would never run.
enum BlockingBridge {
  private static let executor = SerialQueueExecutor(label: "hub.blocking-bridge")

  /// Blocks the calling thread until `work` has ended.
  static func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) throws -> Value {
    let result = NIOLockedValueBox<Result<Value, any Error>?>(nil)
    let done = DispatchSemaphore(value: 0)
    start {
      let outcome: Result<Value, any Error>
      do { outcome = .success(try await work()) } catch { outcome = .failure(error) }
      result.withLockedValue { $0 = outcome }
      done.signal()
    }
    done.wait()
    guard let outcome = result.withLockedValue({ $0 }) else { throw CancellationError() }
    return try outcome.get()
  }

  /// Starts work on the bridge's thread without waiting.
  @discardableResult
  static func start<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) -> Task<
    Value, any Error
  > {
    Task(executorPreference: executor) { try await work() }
  }

  /// Starts work that cannot fail.
  @discardableResult
  static func start(_ work: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
    Task(executorPreference: executor) { await work() }
  }
}

/// Runs the jobs of tasks one after another on a queue that always gets a thread.
private final class SerialQueueExecutor: TaskExecutor {
  private let queue: DispatchQueue

  init(label: String) { queue = DispatchQueue(label: label) }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let executor = asUnownedTaskExecutor()
    queue.async { job.runSynchronously(on: executor) }
  }
}
