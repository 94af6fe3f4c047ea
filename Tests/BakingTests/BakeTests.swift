import Baking
import Foundation
import JSON
import SystemSums
import Tensors
import Testing

@Suite struct BakeTests {
  @Test func writesAWholeFolder() throws {
    let folder = try TemporaryFolder()
    let report = try Bake(tinyBake(Fixture.url("llama"), folder["baked"])).run()
    #expect(folder.names == ["baked"])
    let names = try FileManager.default.contentsOfDirectory(atPath: folder["baked"].path).sorted()
    #expect(
      names == [
        "config.json", "generation_config.json", "openvino_model.bin", "openvino_model.xml", "oven.json",
      ])
    let config = try Data(contentsOf: folder["baked"].appending(path: "config.json"))
    #expect(config == (try Data(contentsOf: Fixture.url("llama").appending(path: "config.json"))))
    let manifest = try JSON(parsing: Data(contentsOf: folder["baked"].appending(path: "oven.json")))
    #expect(manifest["tensors"]?.array?.count == report.tensors.count)
    #expect(manifest["model_type"]?.string == "llama")
  }

  @Test func noteSumsThatOtherToolsFind() throws {
    let folder = try TemporaryFolder()
    var options = tinyBake(Fixture.url("llama"), folder["baked"])
    options.usesSHA256 = true
    let report = try Bake(options).run()
    #expect(report.files.count == 4)
    for file in report.files {
      let bytes = try Data(contentsOf: folder["baked"].appending(path: file.name))
      #expect(bytes.count == file.byteCount)
      #expect(file.checksum.algorithm == "sha256")
      #expect(file.checksum.digest == SystemSum.sha256(bytes))
    }
  }

  @Test func readsWeightsFromElsewhere() throws {
    let folder = try TemporaryFolder()
    let source = try Fixture.copy("llama", to: folder)
    let file = source.appending(path: "model.safetensors")
    var streamed = tinyBake(source, folder["baked"])
    let remote = MemoryWeights(name: "acme/tiny/model.safetensors", bytes: Array(try Data(contentsOf: file)))
    streamed.remoteWeights = remote
    streamed.origin = .init(modelID: "acme/tiny", revision: "c0ffee", sums: ["model.safetensors": "5407"])
    try FileManager.default.removeItem(at: file)
    let report = try Bake(streamed).run()
    #expect(report.source.files.map(\.name) == ["model.safetensors"])
    #expect(report.source.files.map(\.sha256) == ["5407"])
    #expect(report.notes.last == "read from memory")
    #expect(remote.calls.texts == ["accept", "begin", "finish"])
    _ = try Bake(wholeBake(beside: folder)).run()
    #expect(try bin(folder["baked"]) == bin(folder["whole"]))
  }

  /// What was read before a connection broke is good; what was read of a content that turned out wrong is not.
  @Test(arguments: [true, false]) func keepsWhatAnInterruptedSourceGave(isGood: Bool) throws {
    struct Interruption: SourceInterruption { var leavesEarlierReadsGood: Bool }
    let folder = try TemporaryFolder()
    let bytes = Array(try Data(contentsOf: Fixture.url("llama").appending(path: "model.safetensors")))
    var options = tinyBake(Fixture.url("llama"), folder["baked"])
    let cut = MemoryWeights(
      name: "model.safetensors", bytes: bytes, failure: Interruption(leavesEarlierReadsGood: isGood))
    options.remoteWeights = cut
    options.origin = .init(modelID: "acme/tiny", revision: "c0ffee")
    #expect(failure(of: options) is Interruption)
    #expect(cut.calls.texts == ["accept", "begin", "finish", "cancel"])
    #expect(folder.names == (isGood ? [".baked.baking"] : []))
    // The same commit from another place goes on after it.
    let again = MemoryWeights(name: "elsewhere/model.safetensors", bytes: bytes)
    options.remoteWeights = again
    options.resumes = true
    _ = try Bake(options).run()
    #expect(again.calls.texts == ["accept", isGood ? "resume" : "begin", "finish"])
    _ = try Bake(wholeBake(beside: folder)).run()
    #expect(try bin(folder["baked"]) == bin(folder["whole"]))
  }

  @Test func anotherCommitIsNotContinued() throws {
    let folder = try TemporaryFolder()
    let bytes = Array(try Data(contentsOf: Fixture.url("llama").appending(path: "model.safetensors")))
    var options = tinyBake(Fixture.url("llama"), folder["baked"])
    let stop = Counter()
    options.remoteWeights = MemoryWeights(name: "model.safetensors", bytes: bytes)
    options.origin = .init(modelID: "acme/tiny", revision: "c0ffee")
    _ = try? Bake(options).run(
      events: { if case .weightsProgress = $0 { stop.add() } }, isCancelled: { stop.count >= 3 })
    #expect(folder.names == [".baked.baking"])
    let moved = MemoryWeights(name: "model.safetensors", bytes: bytes)
    options.remoteWeights = moved
    options.origin = .init(modelID: "acme/tiny", revision: "decade")
    options.resumes = true
    let notes = Notes()
    _ = try Bake(options).run(events: { if case .note(let text) = $0 { notes.add(text) } })
    #expect(moved.calls.texts == ["accept", "begin", "finish"])
    #expect(notes.texts.contains { $0.hasPrefix("nothing to resume") })
  }

  @Test func replacesOnlyOnRequest() throws {
    let folder = try TemporaryFolder()
    var options = tinyBake(Fixture.url("llama"), folder["baked"])
    _ = try Bake(options).run()
    try Data("mine".utf8).write(to: folder["baked"].appending(path: "note.txt"))
    #expect((failure(of: options) as? BakeError)?.code == .cannotCreate)
    #expect(FileManager.default.fileExists(atPath: folder["baked"].appending(path: "note.txt").path))
    options.replacesDestination = true
    _ = try Bake(options).run()
    #expect(!FileManager.default.fileExists(atPath: folder["baked"].appending(path: "note.txt").path))
    #expect(folder.names == ["baked"])
  }

  @Test func doesNotResumeWhatAnotherConfigurationBegan() throws {
    let folder = try TemporaryFolder()
    let source = try Fixture.copy("granite", to: folder)
    var options = tinyBake(source, folder["baked"])
    options.workerCount = 1
    let stop = Counter()
    #expect(throws: BakeError.self) {
      try Bake(options).run(
        events: { if case .weightsProgress(let tensors, _) = $0, tensors == 5 { stop.add() } },
        isCancelled: { stop.count > 0 })
    }
    let file = source.appending(path: "config.json")
    var members = try #require(JSON(parsing: Array(Data(contentsOf: file))).object)
    members["logits_scaling"] = 3.5
    try Data(JSON.object(members).serialized().utf8).write(to: file)
    options.resumes = true
    let notes = Notes()
    let resumed = try Bake(options).run(events: { if case .note(let text) = $0 { notes.add(text) } })
    #expect(notes.texts.contains { $0.hasPrefix("nothing to resume") })
    options.destination = folder["whole"]
    #expect(try Bake(options).run().files.first?.checksum == resumed.files.first?.checksum)
  }

  @Test(arguments: [1, 2, 5, 11])
  func resumesWhereItWasStopped(after tensors: Int) throws {
    let folder = try TemporaryFolder()
    var options = tinyBake(Fixture.url("llama"), folder["baked"])
    options.workerCount = 1
    let stop = Counter()
    #expect {
      try Bake(options).run(
        events: { if case .weightsProgress = $0 { stop.add() } }, isCancelled: { stop.count >= tensors })
    } throws: { ($0 as? BakeError)?.code == .cancelled }
    #expect(folder.names == [".baked.baking"])
    options.resumes = true
    let notes = Notes()
    let resumed = try Bake(options).run(events: { if case .note(let text) = $0 { notes.add(text) } })
    #expect(notes.texts.contains { $0.hasPrefix("resumed: \(tensors) of ") })
    #expect(folder.names == ["baked"])
    let whole = try Bake(wholeBake(beside: folder)).run()
    #expect(try bin(folder["baked"]) == bin(folder["whole"]))
    #expect(resumed.tensors.map(\.checksum) == whole.tensors.map(\.checksum))
    #expect(resumed.files.first?.checksum == whole.files.first?.checksum)
  }

  @Test func resumingDoesNotTrustDamagedBytes() throws {
    let folder = try TemporaryFolder()
    var options = tinyBake(Fixture.url("llama"), folder["baked"])
    options.workerCount = 1
    let stop = Counter()
    _ = try? Bake(options).run(
      events: { if case .weightsProgress = $0 { stop.add() } }, isCancelled: { stop.count >= 8 })
    let file = folder[".baked.baking"].appending(path: "openvino_model.bin")
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count / 2] ^= 0xFF
    try bytes.write(to: file)
    options.resumes = true
    _ = try Bake(options).run()
    _ = try Bake(wholeBake(beside: folder)).run()
    #expect(try bin(folder["baked"]) == bin(folder["whole"]))
  }

  @Test func twoBakesDoNotShareAFolder() throws {
    let folder = try TemporaryFolder()
    let options = tinyBake(Fixture.url("llama"), folder["baked"])
    let second = Notes()
    _ = try Bake(options).run(events: { event in
      guard case .weightsBegin = event else { return }
      second.add(((failure(of: options) as? BakeError)?.code).map { "\($0)" } ?? "none")
    })
    #expect(second.texts == ["busy"])
    #expect(folder.names == ["baked"])
  }

  private func wholeBake(beside folder: TemporaryFolder) -> BakeOptions {
    tinyBake(Fixture.url("llama"), folder["whole"])
  }

  private func bin(_ folder: URL) throws -> Data {
    try Data(contentsOf: folder.appending(path: "openvino_model.bin"))
  }
}
