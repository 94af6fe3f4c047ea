import Foundation
import OpenVINO
import Supervisor
import Synchronization
import Testing

/// How the two fixed-shape graphs get onto a device.
@Suite struct StaticLoadTests {
  private final class Events: Sendable {
    private let list = Mutex<[String]>([])
    func add(_ event: LoadEvent) {
      let text =
        switch event {
        case .graph(let graph): graph.rawValue
        case .fromCache: "from cache"
        case .compiling: "compiling"
        case .loaded: "loaded"
        default: "other"
        }
      list.withLock { $0.append(text) }
    }
    func take() -> [String] {
      list.withLock { list in
        defer { list = [] }
        return list
      }
    }
  }

  private func cache(_ folder: TemporaryFolder) throws -> CompiledModelCache {
    try CompiledModelCache(folder: folder.url.appending(path: "cache").path)
  }

  @Test func bothGraphsAreCachedApart() throws {
    let folder = try TemporaryFolder()
    let model = try TinyBake.bake("llama", prompt: 32, in: folder)
    let events = Events()
    let cache = try cache(folder)
    let loader = try TinyBake.loader(cache) { events.add($0) }
    let first = try loader.makeEngine(TinyBake.request(model))
    #expect(!first.report.fromCache && first.report.seconds > 0)
    #expect(
      events.take() == [
        "openvino_prefill", "compiling", "loaded", "openvino_decode", "compiling", "loaded",
      ])
    let second = try loader.makeEngine(TinyBake.request(model))
    #expect(second.report.fromCache)
    #expect(events.take().filter { $0 == "from cache" }.count == 2)
    #expect(cache.entries().count == 2 && Set(second.entryFolders).count == 2)
    let keys = try loader.keys(TinyBake.request(model), on: "CPU")
    #expect(keys.map(\.graph) == ["openvino_prefill", "openvino_decode"])
    #expect(Set(keys.map(\.digest)).count == 2 && Set(keys.map(\.model)).count == 2)
    for key in keys {
      guard case .cached = cache.explain(key) else {
        Issue.record("\(cache.explain(key))")
        continue
      }
    }
    // The stateful graph is a third entry.
    var stateful = TinyBake.request(model)
    stateful.usesFixedShapes = false
    _ = try loader.makeEngine(stateful)
    #expect(cache.entries().count == 3)
    #expect(try loader.makeEngine(TinyBake.request(model)).report.fromCache)
  }

  /// HETERO is another device by name that computes on the CPU.
  @Test func theCanaryComparesWithTheStatefulGraphOnTheCPU() throws {
    let folder = try TemporaryFolder()
    let model = try TinyBake.bake("mistral-window", prompt: 32, in: folder)
    let loader = try TinyBake.loader(cache(folder))
    let canary = Canary(prompt: try TinyBake.reference("mistral-window").tokens)
    #expect(
      try canary.check(loader.makeEngine(TinyBake.request(model)), loader: loader) == .notNeeded)
    var request = TinyBake.request(model)
    request.device = "HETERO:CPU"
    request.properties = [:]
    let engine = try loader.makeEngine(request)
    #expect(try canary.check(engine, loader: loader) == .passed(agreement: 1))
    #expect(engine.count == 0)
    #expect(engine.entryFolders.count == 2)
    #expect(try canary.check(engine, loader: loader) == .passedBefore)
    // Another prefill than the one that passed.
    try FileManager.default.removeItem(atPath: engine.entryFolders[0] + "/canary.json")
    #expect(try canary.check(engine, loader: loader) == .passed(agreement: 1))
  }

  @Test func aFolderWithoutTheGraphsIsRefusedWithTheCommandThatMakesThem() throws {
    let folder = try TemporaryFolder()
    let model = try TinyBake.bake("llama", prompt: nil, in: folder)
    let error = #expect(throws: SupervisorError.self) {
      try TinyBake.loader().makeEngine(TinyBake.request(model))
    }
    #expect(error?.code == .noModel)
    #expect(error?.message.contains("openvino_prefill.xml") == true)
    #expect(error?.mend.contains("Bake SOURCE BakeOptions.destination DIR BakeOptions.staticShapes") == true)
  }

  @Test func graphsThatDoNotBelongTogetherAreRefused() throws {
    let folder = try TemporaryFolder()
    let model = try TinyBake.bake("llama", prompt: 32, in: folder)
    let prefill = model.folder + "/openvino_prefill.xml"
    try FileManager.default.removeItem(atPath: prefill)
    try FileManager.default.copyItem(atPath: model.folder + "/openvino_decode.xml", toPath: prefill)
    var error = #expect(throws: SupervisorError.self) {
      try TinyBake.loader().makeEngine(TinyBake.request(model))
    }
    #expect(error?.code == .badModel)
    #expect(error?.message.contains("do not belong together") == true)
    try FileManager.default.removeItem(atPath: prefill)
    try FileManager.default.copyItem(atPath: model.xml, toPath: prefill)
    error = #expect(throws: SupervisorError.self) {
      try TinyBake.loader().makeEngine(TinyBake.request(model))
    }
    #expect(error?.code == .loadFailed)
    #expect(error?.message.contains("has no fixed shape") == true)
  }

  private static let hasNPU = (try? Core().devices().contains("NPU")) ?? false

  @Test(.enabled(if: !hasNPU, "this machine has an NPU")) func anNPUIsNeverReplaced() throws {
    let folder = try TemporaryFolder()
    var request = TinyBake.request(try TinyBake.bake("llama", prompt: 32, in: folder))
    request.device = "NPU"
    request.properties = ["NPUW_DEVICES": "CPU"]
    let error = #expect(throws: SupervisorError.self) { try TinyBake.loader().makeEngine(request) }
    #expect(error?.code == .deviceUnavailable)
  }
}
