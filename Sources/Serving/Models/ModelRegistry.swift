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
    /// The device that a client has chosen for it.
    package var device: String?
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
  private let memory: MemoryWatch
  private let report: @Sendable (String, State) -> Void
  /// The devices that a client may choose, as `NAME@DEVICE`.
  package private(set) var devices: [String] = []

  /// - Parameters:
  ///   - sources: the models; the first one answers where a client names none.
  ///   - keepAlive: after which a model that nobody asked for is unloaded; nil for never.
  ///   - loadedAtMost: models in memory at once; the least recently used one goes first.
  ///   - answersToAnyName: whether the first model also answers to names that nobody has.
  ///   - memory: how much of it there is; where it is short, the least recently used model goes.
  ///   - report: told when a model's state changes.
  package init(
    _ sources: [ModelSource], keepAlive: Duration? = nil, loadedAtMost: Int = .max,
    answersToAnyName: Bool = false, memory: MemoryWatch = .none,
    report: @escaping @Sendable (String, State) -> Void = { _, _ in }
  ) {
    models = sources.map { Model(source: $0) }
    usualKeepAlive = keepAlive
    self.loadedAtMost = max(1, loadedAtMost)
    self.answersToAnyName = answersToAnyName
    self.memory = memory
    self.report = report
  }

  /// The models, in the order in which they were given. Wakes none.
  package var entries: [Entry] { models.map(entry) }

  /// A model by the name that a client gives. Wakes none.
  package func entry(named name: String?) throws(ServingError) -> Entry { entry(models[try index(of: name)]) }

  /// A model by its very name; nothing answers in its place. Wakes none.
  func entry(exactly name: String) throws(ServingError) -> Entry {
    guard let model = models.first(where: { $0.source.name == name }) else { throw unknown(name) }
    return entry(model)
  }

  /// Lets clients choose a device for a model.
  package func offer(devices: [String]) { self.devices = devices }

  /// The memory that the machine has left; nil where nobody looks.
  package var availableMemory: Int? { memory.available() }

  /// Takes a model in that was not there at the start. One of that name that is there stays.
  package func add(_ source: ModelSource) {
    guard !models.contains(where: { $0.source.name == source.name }) else { return }
    models.append(Model(source: source))
    report(source.name, .unloaded)
  }

  private func entry(_ model: Model) -> Entry {
    let idle = model.lastUse.duration(to: .now)
    let left = (model.keepAlive ?? usualKeepAlive).map { max(0, ($0 - idle) / .seconds(1)) }
    return Entry(
      name: model.source.name, facts: model.source.facts, device: model.source.device, state: model.state,
      failure: model.failure,
      uses: model.uses, secondsLeft: model.loaded == nil ? nil : left, service: model.loaded?.service)
  }

  private func index(of name: String?) throws(ServingError) -> Int {
    guard let given = name, !given.isEmpty else {
      guard !models.isEmpty else {
        throw ServingError(.unknownModel, "this server has no models: POST /api/pull brings one in")
      }
      return 0
    }
    let name = Self.plainName(given)
    if let index = models.firstIndex(where: { $0.source.name == name }) { return index }
    if answersToAnyName, !models.isEmpty { return 0 }
    throw unknown(name)
  }

  /// A model on a device that the client has chosen; nil where it has not, or may not.
  private func chosen(_ name: String?) -> Int? {
    guard let name, let sign = name.lastIndex(of: "@") else { return nil }
    let (model, device) = (Self.plainName(String(name[..<sign])), name[sign...].dropFirst().uppercased())
    guard devices.contains(device),
      let base = models.first(where: { $0.source.name == model && $0.source.device == nil })
    else { return nil }
    let source = base.source.on(device)
    add(source)
    return models.firstIndex { $0.source.name == source.name }
  }

  private func unknown(_ name: String) -> ServingError {
    let names = models.map(\.source.name).joined(separator: ", ")
    return ServingError(
      .unknownModel,
      "there is no model '\(name.prefix(80))' here, " + (names.isEmpty ? "nor any other" : "only: \(names)"),
      parameter: "model")
  }

  /// A name without what Ollama's clients put around it: the hub's address, and the tag that says nothing.
  static func plainName(_ name: String) -> String {
    var name = Substring(name)
    for address in ["https://", "hf.co/", "huggingface.co/"] where name.hasPrefix(address) {
      name = name.dropFirst(address.count)
    }
    if name.hasSuffix(":latest") { name = name.dropLast(7) }
    return String(name)
  }

  /// A loaded model; loads it first where it is not. Several who wait for the same one wait together.
  ///
  /// - Parameters:
  ///   - name: as the client gives it; nil for the first one.
  ///   - keepAlive: how long it is to stay after this use, instead of the usual time.
  package func lease(_ name: String?, keepAlive: Duration? = nil) async throws -> ModelLease {
    let index = try chosen(name) ?? index(of: name)
    if let keepAlive { models[index].keepAlive = keepAlive }
    models[index].uses += 1
    do {
      let model = try await loaded(index)
      return ModelLease(model) { Task { await self.release(index) } }
    } catch {
      release(index)
      if let refusal = error as? ServingError { throw refusal }
      throw ServingError(.unavailable, "the model cannot be loaded: \(error)")
    }
  }

  private func loaded(_ index: Int) async throws -> ServedModel {
    if let loaded = models[index].loaded { return loaded }
    if let loading = models[index].loading { return try await loading.value }
    let source = models[index].source
    let task = Task {
      try await self.makeRoom(for: index)
      return try await source.load(nil)
    }
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

  /// Unloads the least recently used models until one more fits, both in number and in memory.
  ///
  /// - Throws: `ServingError` where memory is short and all that could go is being used.
  private func makeRoom(for index: Int) async throws {
    while models.count(where: { $0.loaded != nil || $0.loading != nil }) > loadedAtMost {
      guard unloadOldest() else { break }
    }
    // The weights are what surely comes; keys and values take a share of what is left.
    let needed = models[index].source.facts.size
    while let available = memory.available(), available < needed {
      guard unloadOldest() else {
        let others = models.indices.filter { $0 != index && models[$0].loaded != nil }
        // Where no other model is in the way, the system may still find the room.
        guard !others.isEmpty else { return }
        throw ServingError(
          .unavailable,
          "the model '\(models[index].source.name)' takes \(needed >> 20) MiB, \(available >> 20) MiB are free, and "
            + "the models in memory are answering")
      }
      await memory.settle(available)
    }
  }

  /// - Returns: Whether there was a model that nobody is using.
  private func unloadOldest() -> Bool {
    let idle = models.indices.filter { models[$0].loaded != nil && models[$0].uses == 0 }
    guard let oldest = idle.min(by: { models[$0].lastUse < models[$1].lastUse }) else { return false }
    unload(oldest)
    return true
  }

  /// Unloads what nobody has asked for long enough, and, where memory is short for whatever reason, the least recently
  /// used model that is not needed now. To be called from time to time.
  package func unloadIdle() async {
    for index in models.indices where models[index].loaded != nil && models[index].uses == 0 {
      guard let limit = models[index].keepAlive ?? usualKeepAlive else { continue }
      if models[index].lastUse.duration(to: .now) >= limit { unload(index) }
    }
    if let available = memory.available(), available < memory.reserve, unloadOldest() {
      await memory.settle(available)
    }
  }
}
