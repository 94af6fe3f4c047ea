import Baking
import Calibration
import Foundation
import JSON
import OpenVINO
import Quantization
import Synchronization
import Testing

/// Whole bakes of a tiny model, calibrated on a text that it writes itself.
@Suite struct CalibratedBakeTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "calibrated-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func options(_ name: String, workers: Int, seed: UInt64 = 1) throws -> BakeOptions {
    var calibration = Calibrator.Options(text: .selfWritten)
    (calibration.windowCount, calibration.windowLength) = (6, 16)
    (calibration.seed, calibration.workerCount) = (seed, workers)
    var options = BakeOptions(
      source: TinyGraph(name: "llama").folder, destination: folder.appending(path: name),
      recipe: RecipeRequest())
    options.recipe.weightFormat = .int4
    options.recipe.groupSize = 16
    options.needsTokenizer = false
    options.calibrator = Calibrator(core: try Core(), options: calibration)
    return options
  }

  private func weights(_ options: BakeOptions) throws -> Data {
    try Data(contentsOf: options.destination.appending(path: "openvino_model.bin"))
  }

  @Test func theSameSourceGivesTheSameBytes() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let (one, three) = (try options("one", workers: 1), try options("three", workers: 3))
    let report = try Bake(one).run()
    _ = try Bake(three).run()
    let other = try options("other", workers: 2, seed: 2)
    _ = try Bake(other).run()
    #expect(try weights(one) == weights(three))
    #expect(try weights(one) != weights(other))
    // Every layer loses less than it would by rounding to nearest.
    let layers = try #require(report.calibration?["layers"]?.array)
    #expect(layers.count == 2)
    for layer in layers {
      let (before, after) = (layer["loss_before"]?.double ?? 0, layer["loss_after"]?.double ?? 0)
      #expect(after > 0 && after < before)
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["one", "other", "three"])
  }

  @Test func aStoppedOneGoesOnAfterItsLastLayer() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let whole = try options("whole", workers: 2)
    _ = try Bake(whole).run()
    var stopped = try options("stopped", workers: 2)
    let isCancelled = Mutex(false)
    #expect(throws: BakeError.self) {
      _ = try Bake(stopped).run(
        events: { event in
          if case .calibrationProgress(1, _, _) = event { isCancelled.withLock { $0 = true } }
        }, isCancelled: { isCancelled.withLock { $0 } })
    }
    stopped.resumes = true
    let notes = Mutex<[String]>([])
    _ = try Bake(stopped).run(events: { event in
      if case .note(let text) = event { notes.withLock { $0.append(text) } }
    })
    #expect(notes.withLock { $0.contains { $0.contains("1 of 2 layers were calibrated already") } })
    #expect(try weights(stopped) == weights(whole))
  }
}
