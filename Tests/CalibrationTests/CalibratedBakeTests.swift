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

  private func options(
    _ name: String, workers: Int, seed: UInt64 = 1, model: String = "llama"
  ) throws -> BakeOptions {
    var calibration = Calibrator.Options(text: .selfWritten)
    (calibration.windowCount, calibration.windowLength) = (6, 16)
    (calibration.seed, calibration.workerCount) = (seed, workers)
    var options = BakeOptions(
      source: TinyGraph(name: model).folder, destination: folder.appending(path: name),
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

  /// Where embeddings and head are to have four bits, a head is rounded by its inputs. One that is the embedding as well is
  /// rounded to nearest.
  @Test(arguments: [("llama", "lm_head.weight", true), ("gemma3", "model.embed_tokens.weight", false)])
  func headsAreCalibratedWhereTheyAreRounded(_ model: String, _ head: String, _ isCalibrated: Bool) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    var calibrated = try options("calibrated", workers: 2, model: model)
    var plain = try options("plain", workers: 2, model: model)
    plain.calibrator = nil
    calibrated.recipe.allLayers = true
    plain.recipe.allLayers = true
    func codes(_ options: BakeOptions) throws -> Data {
      let tensor = try #require(try Bake(options).run().tensors.first { $0.name == head })
      #expect(tensor.format == "i4")
      return try weights(options)[tensor.offset..<tensor.offset + tensor.byteCount]
    }
    #expect(try (codes(calibrated) != codes(plain)) == isCalibrated)
  }

  private func stopAfterOneLayer(_ options: BakeOptions) {
    let isCancelled = Mutex(false)
    #expect(throws: BakeError.self) {
      _ = try Bake(options).run(
        events: { event in
          if case .calibrationProgress(1, _, _) = event { isCancelled.withLock { $0 = true } }
        }, isCancelled: { isCancelled.withLock { $0 } })
    }
  }

  @Test func aStoppedOneGoesOnAfterItsLastLayer() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let whole = try options("whole", workers: 2)
    _ = try Bake(whole).run()
    var stopped = try options("stopped", workers: 2)
    stopAfterOneLayer(stopped)
    stopped.resumes = true
    let notes = Mutex<[String]>([])
    _ = try Bake(stopped).run(events: { event in
      if case .note(let text) = event { notes.withLock { $0.append(text) } }
    })
    #expect(notes.withLock { $0.contains { $0.contains("1 of 2 layers were calibrated already") } })
    #expect(try weights(stopped) == weights(whole))
  }

  /// A file of the stopped bake that was changed meanwhile is computed again.
  @Test(arguments: ["layer_0.bin", "state_0.bin", "text.json"])
  func damageIsRecognised(_ name: String) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let whole = try options("whole", workers: 2)
    _ = try Bake(whole).run()
    var stopped = try options("stopped", workers: 2)
    stopAfterOneLayer(stopped)
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    let file = try #require(
      files?.compactMap { $0 as? URL }.first { $0.lastPathComponent == name })
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: file)
    stopped.resumes = true
    _ = try Bake(stopped).run()
    #expect(try weights(stopped) == weights(whole))
  }
}

/// Texts that are read from files.
@Suite struct CalibrationTextTests {
  @Test func jsonLinesHaveTextsInSeveralForms() {
    let lines = """
      "one"
      {"text": "two"}
      {"prompt": 3, "content": "three"}
      no JSON
      {"other": "four"}
      {"text": 5}
      """
    #expect(CalibrationText.joined(lines) == "one\n\ntwo\n\nthree")
    #expect(CalibrationText.joined("{}\n\n[1]").isEmpty)
  }

  @Test func windowsAreSpreadEvenly() {
    #expect(CalibrationText.cut(Array(0..<10), length: 4, count: 2) == [[0, 1, 2, 3], [6, 7, 8, 9]])
    #expect(CalibrationText.cut(Array(0..<10), length: 4, count: 9).count == 2)
    #expect(CalibrationText.cut(Array(0..<3), length: 4, count: 1).isEmpty)
  }
}

/// How much text a model writes at once.
@Suite struct WritingPlanTests {
  @Test func smallModelsWriteLongTexts() {
    let plan = WritingPlan(windowCount: 32, windowLength: 256, tokenByteCount: 26_000)
    #expect(plan.length == 510 && plan.sequenceCount == 16 && plan.groupSize == 8)
    #expect(plan.groups == [0..<8, 8..<16] && plan.groupsAtOnce(workers: 16) == 2)
    #expect(plan.groupsAtOnce(workers: 1) == 1)
    let tiny = WritingPlan(windowCount: 64, windowLength: 256, tokenByteCount: 14_000)
    #expect(tiny.groups == [0..<16, 16..<32] && tiny.groupsAtOnce(workers: 2) == 2)
  }

  /// 7.2 billion parameters, 8 and 32 heads of keys and values: what is written at once stays within 320 MB.
  @Test(arguments: [(73_728, 16), (294_912, 4), (100_000_000, 1)])
  func largeOnesWriteLessAtOnce(_ bytes: Int, _ size: Int) {
    let plan = WritingPlan(windowCount: 32, windowLength: 256, tokenByteCount: bytes)
    #expect(plan.length == 254 && plan.sequenceCount == 32 && plan.groupSize == size)
    #expect(plan.groups.reduce(0) { $0 + $1.count } == 32)
    let atOnce = plan.groupsAtOnce(workers: 64)
    #expect(atOnce == 1 || atOnce * size * plan.length * bytes <= 320 << 20)
  }
}
