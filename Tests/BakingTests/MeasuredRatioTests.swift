import Baking
import Foundation
import JSON
import Quantization
import Testing

/// A ratio below 1 spends its eight bits where a calibration has measured that four cost most.
@Suite struct MeasuredRatioTests {
  /// Four bits cost much in one layer.
  private struct Measurement: WeightCalibrator {
    let expensive: String
    /// Weights that it could not measure.
    var unknown: String?
    var settings: [(name: String, value: String)] { [("measured", expensive)] }

    func calibrate(
      _ model: CalibrationSubject, events: @escaping BakeEventHandler,
      isCancelled: @escaping @Sendable () -> Bool
    ) throws -> CalibratedWeights {
      // It is asked about all weights, also about those that will have eight bits.
      #expect(model.quantized.count { $0.value.elementType.bits == 4 } == 14)
      var result = CalibratedWeights(report: [:])
      for name in model.quantized.keys where unknown.map({ !name.contains($0) }) ?? true {
        result.costs[name] = name.contains(expensive) ? 100 : 1
      }
      return result
    }
  }

  private func formats(_ calibrator: (any WeightCalibrator)?) throws -> [String: String] {
    let folder = try TemporaryFolder()
    var options = tinyBake(Fixture.url("llama"), folder["baked"])
    (options.recipe.weightFormat, options.recipe.groupSize, options.recipe.ratio) = (.int4, 16, 0.6)
    options.calibrator = calibrator
    let report = try Bake(options).run()
    return Dictionary(uniqueKeysWithValues: report.tensors.map { ($0.name, $0.format) })
  }

  @Test(arguments: ["layers.0.", "layers.1."]) func theExpensiveLayerHasEightBits(_ expensive: String) throws
  {
    let formats = try formats(Measurement(expensive: expensive))
    for (name, format) in formats where name.contains("proj") && !name.contains(expensive) {
      #expect(format == "i4", "\(name)")
    }
    #expect(formats.contains { $0.key.contains(expensive) && $0.value == "i8" })
  }

  /// Numbers of two kinds are not ranked together.
  @Test func whatIsNotMeasuredWholeIsRankedByTheWeights() throws {
    let plain = try formats(nil)
    #expect(try formats(Measurement(expensive: "layers.0.", unknown: "layers.1.mlp.up")) == plain)
    #expect(plain.values.contains("i8") && plain.values.contains("i4"))
  }
}
