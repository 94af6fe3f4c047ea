import Foundation
import OpenVINO
import Supervisor
import Testing

/// What can be seen of `oven compile` without an NPU's compiler; `make verify-npu` has one, under Wine.
@Suite struct AheadOfTimeTests {
  @Test func withoutACompilerItSaysWhereThereIsOne() throws {
    let folder = try TemporaryFolder()
    let core = try Toy.core.get()
    let loader = ModelLoader(core: core, cache: try CompiledModelCache(folder: folder.path))
    let request = try ModelLoader.Request(model: Toy.folder())
    do {
      let results = try AheadOfTime(loader, platform: .lunarLake).compile(request, to: nil)
      // An OpenVINO with the compiler: then the entry is there, under a key without a driver.
      let entry = try #require(loader.cache?.entries().first)
      #expect(results.map(\.path) == [entry.folder])
      #expect(entry.key.deviceName == "Intel(R) AI Boost (4000)" && entry.key.driver.isEmpty)
    } catch let error as SupervisorError {
      #expect(error.code == .deviceUnavailable)
      #expect(error.mend.contains("Windows"))
      #expect(loader.cache?.entries().isEmpty == true)
    }
  }

  @Test func whatTheUserSaysGoesBeforeWhatNPUWWouldChoose() throws {
    let ahead = AheadOfTime(ModelLoader(core: try Toy.core.get(), cache: nil), platform: .lunarLake)
    var request = try ModelLoader.Request(model: Toy.folder())
    request.properties = ["NPU_TILES": "2"]
    let tasks = try ahead.tasks(request)
    #expect(tasks.map(\.model.graph) == [.stateful] && tasks[0].ways.count == 2)
    for way in tasks[0].ways {
      #expect(way["NPU_PLATFORM"] == "4000" && way["NPU_COMPILER_TYPE"] == "PLUGIN")
      #expect(way["NPU_TILES"] == "2" && way["NPUW_DQ"] == "YES" && way["NPUW_LLM_MAX_PROMPT_LEN"] == 1024)
    }
    #expect(tasks[0].ways.map { $0["NPUW_LLM_OPTIMIZE_V_TENSORS"] } == [nil, "NO"])
  }

  @Test func fixedShapesAreCompiledWithoutNPUW() throws {
    let ahead = AheadOfTime(ModelLoader(core: try Toy.core.get(), cache: nil), platform: .meteorLake)
    var request = try ModelLoader.Request(model: Toy.folder())
    request.usesFixedShapes = true
    #expect(throws: SupervisorError.self) { try ahead.tasks(request) }
  }
}
