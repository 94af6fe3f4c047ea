import Baking
import Foundation
import JSON
import Testing

@Suite struct InspectionTests {
  private func bake(
    _ folder: TemporaryFolder, _ change: (inout BakeOptions) -> Void = { _ in }
  ) throws -> URL {
    var options = tinyBake(Fixture.url("llama"), folder["baked"])
    change(&options)
    _ = try Bake(options).run()
    return folder["baked"]
  }

  @Test func describesAFolder() throws {
    let folder = try TemporaryFolder()
    let inspection = try FolderInspection(
      try bake(folder) { $0.staticShapes = .init(promptLength: 8, contextLength: 16) })
    #expect(inspection.modelType == "llama")
    #expect(inspection.architecture == "LlamaForCausalLM")
    #expect(
      inspection.graphs.map(\.name) == [
        "openvino_model.xml", "openvino_decode.xml", "openvino_decode_inputs.xml", "openvino_prefill.xml",
        "openvino_prefill_inputs.xml",
      ])
    #expect(inspection.graphs.map(\.isStatic) == [false, true, true, true, true])
    #expect(inspection.graphs.map(\.stateCount) == [4, 0, 0, 0, 0])
    #expect(inspection.graphs.map(\.hasItsWeights) == [true, true, true, true, true])
    let main = try #require(inspection.graphs.first)
    #expect(main.inputs.map(\.name) == ["input_ids", "attention_mask", "position_ids", "beam_idx"])
    #expect(main.outputs.map(\.name) == ["logits"])
    let formats = main.weights.map { "\($0.elementType) \($0.groupSize ?? 0) \($0.tensorCount)" }
    #expect(Set(formats) == ["i4 0 14", "i8 0 2"])
    #expect(
      inspection.missing.map(\.name) == [
        "tokenizer.json", "tokenizer_config.json", "openvino_tokenizer.xml", "openvino_detokenizer.xml",
        "openvino_tokenizer.bin", "openvino_detokenizer.bin",
      ])
    for graph in inspection.graphs {
      #expect(DeviceVerdict.all(for: graph).map(\.answer) == [.yes, .yes, .yes])
    }
    #expect(inspection.json["oven"]?["recipe"]?["weight_format"]?.string == "int4")
  }

  @Test func namesWhatAnNPUDoesNotTake() throws {
    func reasons(_ change: (inout BakeOptions) -> Void) throws -> [String] {
      let folder = try TemporaryFolder()
      let graph = try #require(try FolderInspection(try bake(folder, change)).graphs.first)
      let verdict = DeviceVerdict.all(for: graph)[2]
      return ["\(verdict.answer)"] + verdict.reasons.filter { !$0.hasPrefix("dynamic: ") }
    }
    #expect(
      try reasons { $0.recipe.isSymmetric = false } == [
        "no", "asymmetric 4-bit weights (14 matrices)",
      ])
    #expect(
      try reasons { $0.recipe.groupSize = 32 } == [
        "no", "4-bit weights in groups of 32: 128, 64 or whole rows are taken",
      ])
    #expect(try reasons { $0.recipe.weightFormat = .mxfp4 } == ["no", "MXFP4 weights"])
    #expect(try reasons { $0.recipe.weightFormat = .int8 } == ["yes"])
  }

  @Test func namesWhatKeepsNoState() throws {
    let folder = try TemporaryFolder()
    var graph = try #require(try FolderInspection(try bake(folder)).graphs.first)
    graph.stateCount = 0
    let verdicts = DeviceVerdict.all(for: graph)
    #expect(verdicts.map(\.answer) == [.no, .no, .no])
    #expect(verdicts.allSatisfy { $0.reasons.contains { $0.hasPrefix("it keeps no state") } })
    graph.isStatic = true
    #expect(DeviceVerdict.all(for: graph).map(\.answer) == [.yes, .yes, .yes])
  }

  @Test func saysWhatIsMissing() throws {
    let folder = try TemporaryFolder()
    let url = try bake(folder)
    let bin = url.appending(path: "openvino_model.bin")
    try Data(contentsOf: bin).dropLast(64).write(to: bin)
    try FileManager.default.removeItem(at: url.appending(path: "config.json"))
    try FileManager.default.removeItem(at: url.appending(path: "oven.json"))
    let inspection = try FolderInspection(url)
    #expect(inspection.missing.prefix(2).map(\.name) == ["openvino_model.bin", "config.json"])
    #expect(inspection.manifest == nil && inspection.modelType == nil)
    let graph = try #require(inspection.graphs.first)
    #expect(DeviceVerdict.all(for: graph).map(\.answer) == [.no, .no, .no])
    #expect(throws: BakeError.self) { try FolderCheck(of: url, manifest: inspection.manifest) }
    #expect(throws: BakeError.self) { try FolderInspection(folder["nothing"]) }
  }

  @Test(arguments: [true, false]) func checksSums(usesSHA256: Bool) throws {
    let folder = try TemporaryFolder()
    let url = try bake(folder) { $0.usesSHA256 = usesSHA256 }
    let manifest = try FolderInspection(url).manifest
    #expect(try FolderCheck(of: url, manifest: manifest).isIntact)
    let bin = url.appending(path: "openvino_model.bin")
    var bytes = try Data(contentsOf: bin)
    bytes[bytes.count / 3] ^= 1
    try bytes.write(to: bin)
    try Data("{}".utf8).write(to: url.appending(path: "config.json"))
    try FileManager.default.removeItem(at: url.appending(path: "generation_config.json"))
    let check = try FolderCheck(of: url, manifest: manifest)
    let results = Dictionary(uniqueKeysWithValues: check.files)
    #expect(!check.isIntact)
    #expect(results["openvino_model.bin"] == .otherSum)
    #expect(results["openvino_model.xml"] == .intact)
    #expect(results["generation_config.json"] == .missing)
    if case .otherSize(2, _) = results["config.json"] {} else { Issue.record("config.json was replaced") }
  }
}
