import Foundation
import OpenVINO
import Testing

/// The program is killed in the middle of a calibration, and goes on with what it had.
@Suite(.enabled(if: OvenProgram.url != nil, "the program was not built"), .enabled(if: (try? Core()) != nil))
struct KilledCalibrationTests {
  private func arguments(_ destination: URL) -> [String] {
    [
      "bake", TinyBake.fixtures.appending(path: "llama").path, "-o", destination.path, "--no-tokenizer",
      "--weight-format", "int4", "--group-size", "16", "--calibrate", "self", "--num-samples", "8",
      "--resume",
    ]
  }

  private func weights(_ folder: URL) throws -> Data {
    try Data(contentsOf: folder.appending(path: "openvino_model.bin"))
  }

  /// Kills a bake as soon as a file of this name is there; false where it ended before.
  private func kill(_ destination: URL, at name: String) throws -> Bool {
    let program = try OvenProgram(arguments(destination))
    let work = destination.deletingLastPathComponent().appending(
      path: ".\(destination.lastPathComponent).baking/.calibration/\(name)")
    while program.process.isRunning, !FileManager.default.fileExists(atPath: work.path) { usleep(200) }
    Foundation.kill(program.process.processIdentifier, SIGKILL)
    return program.finish().status == 128 + SIGKILL
  }

  @Test func resumesWithTheSameBytes() throws {
    let folder = try TemporaryFolder()
    let (whole, killed) = (folder.url.appending(path: "whole"), folder.url.appending(path: "killed"))
    #expect(try OvenProgram(arguments(whole)).finish().status == 0)
    // While the model for the text is baked, when the text is there, and after each layer: the same bake dies five times.
    for name in ["writer", "text.json", "layer_0.bin.json", "state_0.bin.json", "layer_1.bin"] {
      #expect(try kill(killed, at: name), "it ended before it could be killed at \(name)")
      #expect(!FileManager.default.fileExists(atPath: killed.path))
    }
    let last = try OvenProgram(arguments(killed)).finish()
    #expect(last.status == 0)
    #expect(last.errors.contains("layers were calibrated already"))
    #expect(try weights(killed) == weights(whole))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    #expect(names == ["killed", "whole"])
  }
}
