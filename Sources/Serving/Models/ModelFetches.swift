/// How far a model is that is being brought in.
package enum FetchProgress: Sendable, Equatable, Codable {
  /// A stage begins, said as a sentence.
  case stage(String)
  /// So many bytes of the source are there.
  case download(done: Int, of: Int)
  /// So many bytes of the source are baked.
  case bake(done: Int, of: Int)
}

/// Brings a model in that the server does not have. It stops where it is when its task is cancelled.
package typealias ModelFetcher =
  @Sendable (_ name: String, _ tell: @escaping @Sendable (FetchProgress) -> Void) async throws -> ModelSource

/// The models that are on their way: each comes once, however many wait for it, and stops coming when nobody does.
package actor ModelFetches {
  private struct Fetch {
    var task: Task<Void, Never>
    var listeners: [Int: AsyncThrowingStream<FetchProgress, any Error>.Continuation] = [:]
    var last: FetchProgress?
  }

  private let registry: ModelRegistry
  private let fetcher: ModelFetcher
  private var fetches: [String: Fetch] = [:]
  private var count = 0

  /// - Parameter fetcher: brings a model, which then is one of the registry's.
  package init(_ registry: ModelRegistry, _ fetcher: @escaping ModelFetcher) {
    self.registry = registry
    self.fetcher = fetcher
  }

  /// Begins to bring a model, or waits with those who wait already. The stream ends when the model is there; whoever
  /// lets it go waits no longer.
  package func fetch(_ name: String) -> AsyncThrowingStream<FetchProgress, any Error> {
    let (stream, continuation) = AsyncThrowingStream<FetchProgress, any Error>.makeStream()
    count += 1
    let number = count
    continuation.onTermination = { _ in Task { await self.leave(number, name) } }
    if fetches[name] == nil { fetches[name] = Fetch(task: Task { await self.bring(name) }) }
    if let last = fetches[name]?.last { continuation.yield(last) }
    fetches[name]?.listeners[number] = continuation
    return stream
  }

  private func bring(_ name: String) async {
    let (news, tell) = AsyncStream<FetchProgress>.makeStream()
    let teller = Task { for await progress in news { self.tell(progress, of: name) } }
    var failure: (any Error)?
    do {
      await registry.add(try await fetcher(name) { tell.yield($0) })
    } catch {
      failure = error
    }
    tell.finish()
    await teller.value
    let listeners = fetches.removeValue(forKey: name)?.listeners ?? [:]
    for continuation in listeners.values { continuation.finish(throwing: failure) }
  }

  private func tell(_ progress: FetchProgress, of name: String) {
    fetches[name]?.last = progress
    for continuation in (fetches[name]?.listeners ?? [:]).values { continuation.yield(progress) }
  }

  private func leave(_ number: Int, _ name: String) {
    guard fetches[name]?.listeners.removeValue(forKey: number) != nil else { return }
    if fetches[name]?.listeners.isEmpty == true { fetches[name]?.task.cancel() }
  }
}
