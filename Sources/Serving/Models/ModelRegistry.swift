import Generation
import Synchronization

/// Holds a loaded model; the model may be unloaded when nobody holds it any more.
package final class ModelLease: Sendable {
  /// The model.
  package let model: ServedModel
  private let onEnd: @Sendable () -> Void

  init(_ model: ServedModel, onEnd: @escaping @Sendable () -> Void) {
    self.model = model
    self.onEnd = onEnd
  }

  deinit { onEnd() }
}

/// A model that can be loaded.
package struct ModelSource: Sendable {
  /// The name that clients call it by.
  package var name: String
  /// What is known of it without loading it.
  package var facts: ModelFacts
  /// Loads it. May take minutes.
  package var load: @Sendable () async throws -> ServedModel

  /// A model that can be loaded.
  package init(name: String, facts: ModelFacts, load: @escaping @Sendable () async throws -> ServedModel) {
    self.name = name
    self.facts = facts
    self.load = load
  }
}

/// The models of a server: loaded when they are asked for, unloaded when nobody has asked for a while.
package actor ModelRegistry {
  /// Where a model is in its life.
  package enum State: String, Sendable {
    case unloaded, loading, loaded, failed
  }

  /// A model as lists show it.
  package struct Entry: Sendable {
    /// Its name.
    package var name: String
    /// What is known of it.
    package var facts: ModelFacts
    /// Where it is in its life.
    package var state: State
    /// Why it could not be loaded.
    package var failure: String?
    /// Answers that are being made with it.
    package var uses: Int
    /// Seconds after which it is unloaded if nobody asks; nil where it stays.
    package var secondsLeft: Double?
    /// What answers, where it is loaded.
    package var service: (any CompletionService)?
  }

  private struct Model {
    let source: ModelSource
    var loaded: ServedModel?
    var loading: Task<ServedModel, any Error>?
    var failure: String?
    var uses = 0
    var lastUse = ContinuousClock.now
    var keepAlive: Duration?

    var state: State {
      if loaded != nil { return .loaded }
      if loading != nil { return .loading }
      return failure == nil ? .unloaded : .failed
    }
  }

  private var models: [Model]
  private let usualKeepAlive: Duration?
  private let loadedAtMost: Int
  private let answersToAnyName: Bool
  private let report: @Sendable (String, State) -> Void

  /// - Parameters:
  ///   - sources: the models; the first one answers where a client names none.
  ///   - keepAlive: after which a model that nobody asked for is unloaded; nil for never.
  ///   - loadedAtMost: models in memory at once; the least recently used one goes first.
  ///   - answersToAnyName: whether the first model also answers to names that nobody has.
  ///   - report: told when a model's state changes.
  package init(
    _ sources: [ModelSource], keepAlive: Duration? = nil, loadedAtMost: Int = .max,
    answersToAnyName: Bool = false, report: @escaping @Sendable (String, State) -> Void = { _, _ in }
  ) {
    models = sources.map { Model(source: $0) }
    usualKeepAlive = keepAlive
    self.loadedAtMost = max(1, loadedAtMost)
    self.answersToAnyName = answersToAnyName
    self.report = report
  }

  /// The models, in the order in which they were given. Wakes none.
  package var entries: [Entry] { models.map(entry) }

  /// A model by the name that a client gives. Wakes none.
  package func entry(named name: String?) throws(ServingError) -> Entry { entry(models[try index(of: name)]) }

  private func entry(_ model: Model) -> Entry {
    let idle = model.lastUse.duration(to: .now)
    let left = (model.keepAlive ?? usualKeepAlive).map { max(0, ($0 - idle) / .seconds(1)) }
    return Entry(
      name: model.source.name, facts: model.source.facts, state: model.state, failure: model.failure,
      uses: model.uses, secondsLeft: model.loaded == nil ? nil : left, service: model.loaded?.service)
  }

  private func index(of name: String?) throws(ServingError) -> Int {
    guard var name, !name.isEmpty else {
      guard !models.isEmpty else { throw ServingError(.unknownModel, "this server has no models") }
      return 0
    }
    if name.hasSuffix(":latest") { name.removeLast(7) }
    if let index = models.firstIndex(where: { $0.source.name == name }) { return index }
    if answersToAnyName, !models.isEmpty { return 0 }
    let names = models.map(\.source.name).joined(separator: ", ")
    throw ServingError(
      .unknownModel, "there is no model '\(name.prefix(80))' here, only: \(names)", parameter: "model")
  }

  /// A loaded model; loads it first where it is not. Several who wait for the same one wait together.
  ///
  /// - Parameters:
  ///   - name: as the client gives it; nil for the first one.
  ///   - keepAlive: how long it is to stay after this use, instead of the usual time.
  package func lease(_ name: String?, keepAlive: Duration? = nil) async throws -> ModelLease {
    let index = try index(of: name)
    if let keepAlive { models[index].keepAlive = keepAlive }
    models[index].uses += 1
    do {
      let model = try await loaded(index)
      return ModelLease(model) { Task { await self.release(index) } }
    } catch {
      release(index)
      throw ServingError(.unavailable, "the model cannot be loaded: \(error)")
    }
  }

  private func loaded(_ index: Int) async throws -> ServedModel {
    if let loaded = models[index].loaded { return loaded }
    if let loading = models[index].loading { return try await loading.value }
    makeRoom()
    let source = models[index].source
    let task = Task { try await source.load() }
    models[index].loading = task
    models[index].failure = nil
    report(source.name, .loading)
    defer {
      models[index].loading = nil
      report(source.name, models[index].state)
    }
    do {
      let model = try await task.value
      models[index].loaded = model
      return model
    } catch {
      models[index].failure = "\(error)"
      throw error
    }
  }

  private func release(_ index: Int) {
    models[index].uses -= 1
    models[index].lastUse = .now
    // Asked to leave at once, as Ollama's keep_alive of 0 means.
    if models[index].uses == 0, models[index].keepAlive == .zero { unload(index) }
  }

  private func unload(_ index: Int) {
    guard models[index].loaded != nil, models[index].uses == 0 else { return }
    models[index].loaded = nil
    models[index].keepAlive = nil
    report(models[index].source.name, .unloaded)
  }

  /// Unloads the least recently used models until one more fits.
  private func makeRoom() {
    while models.count(where: { $0.loaded != nil || $0.loading != nil }) >= loadedAtMost {
      let idle = models.indices.filter { models[$0].loaded != nil && models[$0].uses == 0 }
      guard let oldest = idle.min(by: { models[$0].lastUse < models[$1].lastUse }) else { return }
      unload(oldest)
    }
  }

  /// Unloads what nobody has asked for long enough. To be called from time to time.
  package func unloadIdle() {
    for index in models.indices where models[index].loaded != nil && models[index].uses == 0 {
      guard let limit = models[index].keepAlive ?? usualKeepAlive else { continue }
      if models[index].lastUse.duration(to: .now) >= limit { unload(index) }
    }
  }
}
