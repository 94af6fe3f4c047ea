import Foundation
import OpenVINO
import Supervisor
import Testing

/// A check of the NPU path, with the CPU in its place. One after the other, as `NPUEngineTests`.
@Suite(.serialized) struct CanaryTests {
  private func load(_ folder: String) throws -> (StatefulEngine, ModelLoader) {
    var request = try ModelLoader.Request(model: Toy.folder())
    request.device = "NPU"
    request.npu = NPUProperties(promptLength: 64, responseLength: 64)
    request.properties = ["NPUW_DEVICES": "CPU"]
    let loader = try ModelLoader(core: Toy.core.get(), cache: CompiledModelCache(folder: folder + "/cache"))
    let loaded = try loader.load(request)
    return (try StatefulEngine(loaded, options: EngineOptions(for: loaded)), loader)
  }

  @Test func aGoodDevicePassesOnceAndABadOneIsAnError() throws {
    let folder = try TemporaryFolder()
    let canary = Canary(prompt: try #require(try Toy.cases().last).prompt)
    let (engine, loader) = try load(folder.path)
    #expect(try canary.check(engine, loader: loader) == .passed(agreement: 1))
    #expect(engine.count == 0)
    #expect(try canary.check(engine, loader: loader) == .passedBefore)

    // The record as if the CPU had answered something else.
    let record = try #require(engine.model.entryFolder) + "/canary.json"
    let text = try String(contentsOfFile: record, encoding: .utf8)
    let start = try #require(text.range(of: "\"tokens\""))
    let wrong = text[..<start.lowerBound] + "\"tokens\": [2, 2, 2, 2, 2, 2, 2, 2], \"passed\": false}"
    try Data(wrong.utf8).write(to: URL(fileURLWithPath: record))
    let error = #expect(throws: SupervisorError.self) { try canary.check(engine, loader: loader) }
    #expect(error?.code == .deviceDisagrees)
    #expect(error?.message.contains("driver") == true)
    #expect(error?.mend.contains("no Canary") == true)
    #expect(engine.count == 0)
  }

  @Test func theCPUIsTheMeasureItself() throws {
    let loader = try ModelLoader(core: Toy.core.get(), cache: nil)
    #expect(try Canary(prompt: [1]).check(Toy.engine(), loader: loader) == .notNeeded)
  }
}
