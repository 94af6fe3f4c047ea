import Baking
import Foundation
import JSON
import Synchronization
import Testing

/// How many weights share a scale on an NPU depends on whether they are calibrated, and that may fail.
@Suite struct TargetGroupTests {
  /// Notes what it is asked for, and finds nothing, as where it would take too long.
  private final class Unwilling: WeightCalibrator {
    let groups = Mutex<[Int?]>([])
    let settings: [(name: String, value: String)] = []

    func calibrate(
      _ model: CalibrationSubject, events: @escaping BakeEventHandler,
      isCancelled: @escaping @Sendable () -> Bool
    ) throws -> CalibratedWeights {
      groups.withLock { $0 = model.quantized.values.filter { $0.elementType.bits == 4 }.map(\.groupSize) }
      return CalibratedWeights(report: ["skipped": "estimated time"])
    }
  }

  @Test func whatIsRoundedToNearestAfterAllGetsGroupsAgain() throws {
    let folder = try TemporaryFolder()
    var options = BakeOptions(
      source: Fixture.url("llama"), destination: folder["baked"], recipe: RecipeRequest())
    options.recipe.target = .npu
    options.needsTokenizer = false
    let calibrator = Unwilling()
    options.calibrator = calibrator
    let report = try Bake(options).run()
    let asked = calibrator.groups.withLock { $0 }
    #expect(asked.count == 14 && asked.allSatisfy { $0 == nil })
    #expect(report.manifest["recipe"]?["group_size"] == "128")
  }
}
