import Foundation
import OpenVINO
import Supervisor
import Synchronization
import Testing

@Suite final class ModelLoaderTests {
  private let folder: TemporaryFolder
  private let events = Events()
  private var other: DispatchSemaphore?

  init() throws {
    folder = try TemporaryFolder()
  }

  private final class Events: Sendable {
    private let list = Mutex<[LoadEvent]>([])
    func add(_ event: LoadEvent) { list.withLock { $0.append(event) } }
    func take() -> [LoadEvent] {
      list.withLock { list in
        defer { list = [] }
        return list
      }
    }
  }

  private func cache() throws -> CompiledModelCache { try CompiledModelCache(folder: folder.path + "/cache") }

  private func load(
    _ cache: CompiledModelCache?, device: String = "CPU", properties: Properties = Toy.exact,
    model: ModelFolder? = nil
  ) throws -> LoadedModel {
    var request = try ModelLoader.Request(model: model ?? Toy.folder())
    request.device = device
    request.properties = properties
    return try ModelLoader(core: Toy.core.get(), cache: cache) { [events] in events.add($0) }.load(request)
  }

  private func check(_ model: LoadedModel) throws {
    let engine = try StatefulEngine(model, options: .init(contextLength: 128))
    let sample = try #require(try Toy.cases().last)
    try engine.append(sample.prompt[...])
    #expect(try engine.greedy(sample.greedy.count) == sample.greedy)
  }

  private func kinds(_ events: [LoadEvent]) -> [String] {
    events.map { event in
      switch event {
      case .passedOver(let note): "passed over \(note.device)"
      case .graph(let graph): graph.rawValue
      case .checked: "checked"
      case .warmedUp: "warmed up"
      case .fromCache: "from cache"
      case .compiling(_, let reason): compiling(reason)
      case .waiting: "waiting"
      case .discarded: "discarded"
      case .cacheWarning: "warning"
      case .modelWritableByOthers: "model writable by others"
      case .otherEngine: "another engine"
      case .loaded(let report): "loaded from \(report.fromCache ? "cache" : "model")"
      }
    }
  }

  private func compiling(_ reason: CacheExplanation?) -> String {
    switch reason {
    case .neverCompiled: "compiling for the first time"
    case .changed(_, let differences):
      "compiling, as changed: \(differences.map(\.name).joined(separator: ", "))"
    case .damaged: "compiling, as damaged"
    case .broken: "compiling, as broken"
    // Its sum is right, but the plugin did not take it.
    case .cached: "compiling, as refused"
    case nil: "compiling"
    }
  }

  @Test func theSecondLoadComesFromTheCacheAndComputesTheSame() throws {
    let first = try load(cache())
    #expect(!first.report.fromCache)
    try check(first)
    #expect(kinds(events.take()) == ["compiling for the first time", "loaded from model"])
    let second = try load(cache())
    #expect(second.report.fromCache)
    try check(second)
    #expect(kinds(events.take()) == ["from cache", "loaded from cache"])
    #expect(try cache().entries().count == 1)
  }

  @Test func otherPropertiesAreAnotherEntry() throws {
    _ = try load(cache())
    _ = events.take()
    let other = Toy.exact.merging(["INFERENCE_NUM_THREADS": 1])
    #expect(try !load(cache(), properties: other).report.fromCache)
    #expect(
      kinds(events.take()) == ["compiling, as changed: property INFERENCE_NUM_THREADS", "loaded from model"])
    #expect(try load(cache(), properties: other).report.fromCache)
    #expect(try cache().entries().count == 2)
  }

  @Test func aDamagedEntryIsCompiledAgain() throws {
    _ = try load(cache())
    let entry = try #require(try cache().entries().first)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: entry.blob))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: entry.blob))
    _ = events.take()
    try check(load(cache()))
    #expect(kinds(events.take()) == ["discarded", "compiling, as damaged", "loaded from model"])
    #expect(try load(cache()).report.fromCache)
  }

  @Test func anEntryThatThePluginRefusesIsCompiledAgain() throws {
    _ = try load(cache())
    let cache = try cache()
    let entry = try #require(cache.entries().first)
    // A blob of another version: its bytes are as they were written, and no plugin reads them.
    try cache.withLock(on: entry.key) {
      _ = try cache.store(entry.key, compileSeconds: 1) {
        try Data(repeating: 7, count: 4096).write(to: URL(fileURLWithPath: $0))
      }
    }
    _ = events.take()
    try check(load(cache))
    #expect(
      kinds(events.take()) == ["from cache", "discarded", "compiling, as refused", "loaded from model"])
    #expect(try load(cache).report.fromCache)
  }

  @Test func withoutACacheTheModelIsCompiled() throws {
    try check(load(nil))
    #expect(kinds(events.take()) == ["compiling", "loaded from model"])
  }

  private static let hasNPU = (try? Toy.core.get().devices().contains("NPU")) ?? false

  @Test(.enabled(if: !hasNPU, "this machine has an NPU")) func automaticSaysWhyOthersWerePassedOver() throws {
    let loaded = try load(nil, device: "AUTO")
    #expect(loaded.report.passedOver.first?.device == "NPU")
    #expect(kinds(events.take()).first == "passed over NPU")
  }

  /// Another process finishes between our look at the cache and our lock on it.
  @Test func aFreshEntryOfAnotherIsTakenAndNotThrownAway() throws {
    _ = try load(cache())
    let cache = try cache()
    let entry = try #require(cache.entries().first)
    // The first look finds nothing, the one under the lock finds the entry.
    let hidden = folder.path + "/hidden"
    try FileManager.default.moveItem(atPath: entry.folder, toPath: hidden)
    var request = try ModelLoader.Request(model: Toy.folder())
    request.device = "CPU"
    request.properties = Toy.exact
    _ = events.take()
    try cache.withLock(on: entry.key) {
      // Whoever waits for this lock has had its first look.
      let waiting = DispatchSemaphore(value: 0)
      let done = DispatchSemaphore(value: 0)
      let loader = try ModelLoader(core: Toy.core.get(), cache: cache) { [events] event in
        events.add(event)
        if case .waiting = event { waiting.signal() }
      }
      let wanted = request
      Thread.detachNewThread {
        _ = try? loader.load(wanted)
        done.signal()
      }
      #expect(waiting.wait(timeout: .now() + 60) == .success)
      try FileManager.default.moveItem(atPath: hidden, toPath: entry.folder)
      other = done
    }
    #expect(other?.wait(timeout: .now() + 60) == .success)
    #expect(kinds(events.take()) == ["waiting", "from cache", "loaded from cache"])
    #expect(cache.entries().map(\.created) == [entry.created])
  }

  @Test func aModelThatIsNoneIsRefusedWithOpenVINOsWords() throws {
    try folder.write("<net name=\"x\" version=\"11\"></net>", to: "openvino_model.xml")
    try folder.write("", to: "openvino_model.bin")
    let model = try ModelFolder(path: folder.path)
    let error = #expect(throws: SupervisorError.self) { try load(cache(), model: model) }
    #expect(error?.code == .badModel)
    #expect(error?.message.contains("is no model that Oven runs") == true)
    #expect(try cache().entries().isEmpty)
  }

  @Test func aPropertyThatNoPluginKnowsIsNamed() throws {
    let error = #expect(throws: SupervisorError.self) { try load(nil, properties: ["NO_SUCH_THING": "1"]) }
    #expect(error?.message.contains("refuses property NO_SUCH_THING") == true)
  }

  @Test func theNPUPathIsCachedToo() throws {
    func run() throws -> Bool {
      var request = try ModelLoader.Request(model: Toy.folder())
      request.device = "NPU"
      request.properties = ["NPUW_DEVICES": "CPU"]
      request.npu = NPUProperties(promptLength: 64, responseLength: 64)
      let loaded = try ModelLoader(core: Toy.core.get(), cache: cache()) { [events] in events.add($0) }
        .load(request)
      let engine = try StatefulEngine(loaded, options: EngineOptions(for: loaded))
      let sample = try #require(try Toy.cases().last)
      try engine.append(sample.prompt[...])
      #expect(try engine.greedy(3) == Array(sample.greedy.prefix(3)))
      return loaded.report.fromCache
    }
    #expect(try !run())
    #expect(try run())
    #expect(kinds(events.take()).suffix(2) == ["from cache", "loaded from cache"])
  }

  @Test func anNPUDoesNotGetRecurrentStates() throws {
    let toy = Toy.fixtures + "/toy/openvino_model"
    let graph = try String(contentsOfFile: toy + ".xml", encoding: .utf8)
    try folder.write(graph.replacing("key", with: "conv"), to: "openvino_model.xml")
    try FileManager.default.copyItem(atPath: toy + ".bin", toPath: folder.path + "/openvino_model.bin")
    var request = try ModelLoader.Request(model: ModelFolder(path: folder.path))
    request.device = "NPU"
    request.properties = ["NPUW_DEVICES": "CPU"]
    let error = #expect(throws: SupervisorError.self) {
      try ModelLoader(core: Toy.core.get(), cache: nil).load(request)
    }
    #expect(error?.message.contains("recurrent") == true)
  }
}
