import Baking
import Checkpoints
import Foundation
import JSON
import Testing

/// Adapters are merged as PEFT merges them (`Fixtures/lora/make_lora.py`).
@Suite struct AdapterTests {
  private func adapter(_ name: String) -> URL {
    Fixture.url("").deletingLastPathComponent().appending(path: "lora/\(name)", directoryHint: .isDirectory)
  }

  private func floats(_ folder: URL) throws -> [Float] {
    let bytes = try Data(contentsOf: folder.appending(path: "openvino_model.bin"))
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
    }
  }

  @Test func equalsWhatPEFTMerges() throws {
    let folder = try TemporaryFolder()
    let merged = try Fixture.copy("llama", to: folder)
    try FileManager.default.removeItem(at: merged.appending(path: "model.safetensors"))
    try FileManager.default.copyItem(
      at: adapter("merged.safetensors"), to: merged.appending(path: "model.safetensors"))
    let expected = try Bake(tinyBake(merged, folder["merged"], format: .fp32)).run()
    var options = tinyBake(Fixture.url("llama"), folder["adapted"], format: .fp32)
    options.adapters = [.init(folder: adapter("plain")), .init(folder: adapter("rslora"), scale: 0.5)]
    let report = try Bake(options).run()
    // The order of the file follows the source, which differs: by name.
    let (one, other) = (try floats(folder["merged"]), try floats(folder["adapted"]))
    var differing = 0
    let plain = try Bake(tinyBake(Fixture.url("llama"), folder["plain"], format: .fp32)).run()
    let base = try floats(folder["plain"])
    for tensor in expected.tensors {
      let mine = try #require(report.tensors.first { $0.name == tensor.name })
      let old = try #require(plain.tensors.first { $0.name == tensor.name })
      let count = tensor.shape.reduce(1, *)
      let pairs = zip(one[(tensor.offset / 4)...].prefix(count), other[(mine.offset / 4)...].prefix(count))
      #expect((pairs.map { abs($0 - $1) }.max() ?? 1) < 2e-6, "\(tensor.name)")
      let before = zip(base[(old.offset / 4)...].prefix(count), other[(mine.offset / 4)...].prefix(count))
      if (before.map { abs($0 - $1) }.max() ?? 0) > 1e-3 { differing += 1 }
    }
    // Queries, values and down projections of two layers, embedding and head.
    #expect(differing == 8)
    #expect(report.recipe["lora"]?.array?.count == 2)
    #expect(report.notes.contains { $0.contains("adapter merged at 0.5") && $0.contains("tiny/llama") })
  }

  @Test(arguments: ["use_dora", "lora_bias", "use_qalora", "trainable_token_indices"])
  func refusesWhatCannotBeMerged(key: String) throws {
    let folder = try TemporaryFolder()
    let copy = folder["adapter"]
    try FileManager.default.copyItem(at: adapter("plain"), to: copy)
    let file = copy.appending(path: "adapter_config.json")
    var members = try #require(JSON(parsing: Array(Data(contentsOf: file))).object)
    members[key] = key == "trainable_token_indices" ? [1, 2] : true
    try Data(JSON.object(members).serialized().utf8).write(to: file)
    let error = #expect(throws: CheckpointError.self) { try LoRAAdapter(folder: copy.path) }
    #expect(error?.code == .unsupported)
  }

  @Test func refusesAnAdapterOfAnotherModel() throws {
    let folder = try TemporaryFolder()
    var options = tinyBake(Fixture.url("qwen3"), folder["baked"])
    options.adapters = [.init(folder: adapter("plain"))]
    let error = failure(of: options) as? BakeError
    #expect(error?.code == .badData && error?.mend.contains("tiny/llama") == true)
    options.adapters = [.init(folder: folder["nothing"])]
    #expect((failure(of: options) as? CheckpointError)?.code == .notFound)
  }
}
