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
      let results = try AheadOfTime(loader, platform: "4000").compile(request, to: nil)
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
}
