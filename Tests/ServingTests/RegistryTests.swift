import Generation
import JSON
import ScriptedService
import Synchronization
import Testing

import Serving

@Suite struct RegistryTests {
  private static func source(_ name: String, _ loads: Counter, failing: Bool = false) -> ModelSource {
    ModelSource(name: name, facts: ModelFacts()) {
      loads.add()
      if failing { throw Broken() }
      return ServedModel(name: name, service: ScriptedService { _ in Script("") }, prompts: ScriptedPrompts())
    }
  }

  private struct Broken: Error {}

  private final class Counter: Sendable {
    private let count = Mutex(0)
    func add() { count.withLock { $0 += 1 } }
    var value: Int { count.withLock { $0 } }
  }

  @Test func loadsOnceForAllWhoWait() async throws {
    let loads = Counter()
    let registry = ModelRegistry([Self.source("a", loads)])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { _ = try await registry.lease("a") } }
      try await group.waitForAll()
    }
    #expect(loads.value == 1)
  }

  @Test func aClientMayChooseADevice() async throws {
    let asked = Mutex<[String?]>([])
    let source = ModelSource(
      name: "a", facts: ModelFacts(),
      loadOn: { device in
        asked.withLock { $0.append(device) }
        return ServedModel(
          name: "a", service: ScriptedService { _ in Script("") }, prompts: ScriptedPrompts())
      })
    let registry = ModelRegistry([source])
    // Before any is offered there is nothing to choose.
    await #expect(throws: ServingError.self) { _ = try await registry.lease("a@CPU") }
    await registry.offer(devices: ["CPU", "GPU.1"])
    #expect(try await registry.lease("a").model.name == "a")
    for name in ["a@gpu.1", "a@GPU.1", "hf.co/a@GPU.1"] {
      #expect(try await registry.lease(name).model.name == "a@GPU.1")
    }
    #expect(asked.withLock { $0 } == [nil, "GPU.1"])
    #expect(await registry.entries.map(\.name) == ["a", "a@GPU.1"])
    for name in ["a@NPU", "b@CPU", "@CPU", "a@GPU.1@CPU"] {
      await #expect(throws: ServingError.self, "\(name)") { _ = try await registry.lease(name) }
    }
  }

  @Test func leastRecentlyUsedGoesFirst() async throws {
    let registry = ModelRegistry(
      ["a", "b", "c"].map { Self.source($0, Counter()) }, loadedAtMost: 2)
    for name in ["a", "b", "a"] {
      _ = try await registry.lease(name)
      try await Task.sleep(for: .milliseconds(20))
    }
    _ = try await registry.lease("c")
    #expect(await registry.entries.map(\.state) == [.loaded, .unloaded, .loaded])
  }

  /// A machine whose memory is what loaded models leave of it.
  private final class Machine: Sendable {
    private let free: Mutex<Int>
    init(_ bytes: Int) { free = Mutex(bytes) }
    var available: Int { free.withLock { $0 } }
    func take(_ bytes: Int) { free.withLock { $0 -= bytes } }

    /// A model that takes memory until it is unloaded.
    func source(_ name: String, _ bytes: Int) -> ModelSource {
      var facts = ModelFacts()
      facts.size = bytes
      return ModelSource(name: name, facts: facts) {
        self.take(bytes)
        let weights = Weights { self.take(-bytes) }
        let service = ScriptedService { _ in withExtendedLifetime(weights) { Script("") } }
        return ServedModel(name: name, service: service, prompts: ScriptedPrompts())
      }
    }

    private final class Weights: Sendable {
      private let onEnd: @Sendable () -> Void
      init(onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }
      deinit { onEnd() }
    }
  }

  /// Asks a model, and waits until it is known that the answer has ended.
  private static func use(_ registry: ModelRegistry, _ name: String) async throws {
    _ = try await registry.lease(name)
    while await registry.entries.contains(where: { $0.uses > 0 }) {
      try await Task.sleep(for: .milliseconds(1))
    }
  }

  /// Where one more does not fit, those go that nobody asked for longest, and no more of them than it takes.
  @Test func shortMemory() async throws {
    let machine = Machine(1000 << 20)
    let registry = ModelRegistry(
      [("a", 300), ("b", 300), ("c", 300), ("d", 500)].map { machine.source($0, $1 << 20) },
      memory: MemoryWatch(reserve: 50 << 20) { machine.available })
    for name in ["a", "b", "c", "b"] { try await Self.use(registry, name) }
    #expect(await registry.entries.map(\.state) == [.loaded, .loaded, .loaded, .unloaded])
    try await Self.use(registry, "d")
    #expect(await registry.entries.map(\.state) == [.unloaded, .loaded, .unloaded, .loaded])
    // Others take memory, too.
    machine.take(180 << 20)
    await registry.unloadIdle()
    #expect(await registry.entries.map(\.state) == [.unloaded, .unloaded, .unloaded, .loaded])
  }

  /// What answers is not unloaded: whoever wants another model is told to come again.
  @Test func shortMemoryInUse() async throws {
    let machine = Machine(1000 << 20)
    let registry = ModelRegistry(
      [machine.source("a", 700 << 20), machine.source("b", 700 << 20)],
      memory: MemoryWatch(reserve: 0, patience: .milliseconds(100)) { machine.available })
    let lease = try await registry.lease("a")
    let error = await #expect(throws: ServingError.self) { _ = try await registry.lease("b") }
    #expect(error?.code == .unavailable)
    #expect(error?.retryAfter != nil)
    #expect(await registry.entries.map(\.state) == [.loaded, .failed])
    withExtendedLifetime(lease) {}
  }

  @Test func whatIsInUseStays() async throws {
    let registry = ModelRegistry([Self.source("a", Counter())], keepAlive: .zero)
    let lease = try await registry.lease("a")
    await registry.unloadIdle()
    #expect(await registry.entries[0].state == .loaded)
    withExtendedLifetime(lease) {}
  }

  @Test func failuresAreToldAndTriedAgain() async throws {
    let loads = Counter()
    let registry = ModelRegistry([Self.source("a", loads, failing: true)])
    await #expect(throws: ServingError.self) { _ = try await registry.lease(nil) }
    #expect(await registry.entries[0].state == .failed)
    await #expect(throws: ServingError.self) { _ = try await registry.lease(nil) }
    #expect(loads.value == 2)
  }

  @Test func names() async throws {
    let registry = ModelRegistry([Self.source("a", Counter()), Self.source("b", Counter())])
    #expect(try await registry.entry(named: nil).name == "a")
    #expect(try await registry.entry(named: "b:latest").name == "b")
    await #expect(throws: ServingError.self) { _ = try await registry.entry(named: "x") }
    let lenient = ModelRegistry([Self.source("a", Counter())], answersToAnyName: true)
    #expect(try await lenient.entry(named: "gpt-5.4").name == "a")
  }

  @Test(arguments: [
    ("5m", 300.0), ("1h30m", 5400), ("10", 10), ("0", 0), ("500ms", 0.5), ("-1", 1e9), ("-5m", 1e9),
  ])
  func timesAsGoWritesThem(text: String, seconds: Double) throws {
    #expect(OllamaOptions.duration(text) == .seconds(seconds))
  }

  @Test(arguments: ["", "m", "5x", "soon"]) func noTimes(text: String) {
    #expect(OllamaOptions.duration(text) == nil)
  }
}
