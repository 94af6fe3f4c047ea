import Baking
import Foundation
import Testing

/// The program is killed at many points of a bake. What is under the destination's name is whole, whenever it dies.
@Suite(.enabled(if: OvenProgram.url != nil, "the program was not built"))
struct KilledBakeTests {
  private static let rounds = 40

  /// Bakes and kills after a part of the time that a whole bake takes, a little later in each round.
  private func killedBakes(
    into destination: URL, _ extra: [String], afterEach check: (Process) throws -> Void
  ) throws {
    let arguments =
      [
        "bake", Fixture.url("llama").path, "-o", destination.path, "--no-tokenizer", "--sha256", "--static",
        "--calibrate", "none",
      ]
      + ["--prompt-length", "8", "--context-length", "16"] + extra
    let begin = ContinuousClock.now
    let whole = try OvenProgram.start(
      arguments.map { $0 == destination.path ? $0 + "-whole" : $0 } + ["--force"])
    whole.waitUntilExit()
    #expect(whole.terminationStatus == 0)
    let duration = ContinuousClock.now - begin
    for round in 0..<Self.rounds {
      let process = try OvenProgram.start(arguments)
      // Evenly spread, and never at the same part of a round: multiples of the golden ratio.
      let part = (Double(round) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1)
      let pause = duration * (Double(round) + part) / Double(Self.rounds)
      usleep(UInt32(pause / .microseconds(1)))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      try check(process)
    }
    let last = try OvenProgram.start(arguments + (extra.contains("--force") ? [] : ["--force"]))
    last.waitUntilExit()
    #expect(last.terminationStatus == 0)
    #expect(FoundFolder(url: destination).isComplete)
  }

  @Test(arguments: [[], ["--resume"]]) func leavesNothingOrAWholeFolder(extra: [String]) throws {
    let folder = try TemporaryFolder()
    var finished = 0
    try killedBakes(into: folder["baked"], extra) { _ in
      guard FileManager.default.fileExists(atPath: folder["baked"].path) else { return }
      #expect(FoundFolder(url: folder["baked"]).isComplete)
      finished += 1
      try FileManager.default.removeItem(at: folder["baked"])
    }
    #expect(finished < Self.rounds, "no bake was killed before its end")
    #expect(try bin(folder["baked"]) == bin(folder["baked-whole"]))
    #expect(folder.names == ["baked", "baked-whole"])
  }

  @Test(arguments: [["--force"], ["--force", "--resume"]])
  func leavesTheOldFolderOrTheNewOne(extra: [String]) throws {
    let folder = try TemporaryFolder()
    let old = folder["baked"].appending(path: "old.txt")
    func makeOld() throws {
      var options = tinyBake(Fixture.url("llama"), folder["baked"], format: .int8)
      options.usesSHA256 = true
      options.replacesDestination = true
      _ = try Bake(options).run()
      try Data("old".utf8).write(to: old)
    }
    try makeOld()
    try killedBakes(into: folder["baked"], extra) { _ in
      #expect(FoundFolder(url: folder["baked"]).isComplete)
      let graphs = try FileManager.default.contentsOfDirectory(atPath: folder["baked"].path)
        .filter { $0.hasSuffix(".xml") }
      // The old one has one graph and a file of the user's, the new one five graphs.
      #expect(graphs.count == (FileManager.default.fileExists(atPath: old.path) ? 1 : 5))
      if graphs.count == 5 { try makeOld() }
    }
    #expect(!FileManager.default.fileExists(atPath: old.path))
    #expect(folder.names == ["baked", "baked-whole"])
  }

  private func bin(_ folder: URL) throws -> Data {
    try Data(contentsOf: folder.appending(path: "openvino_model.bin"))
  }
}
