import Foundation
import Graph
import JSON
import Quantization
import Tensors

/// Looks at how a model uses its weights, and says how to round them better. Whoever has a runtime implements it: this
/// library, which knows none, asks it between the plan and the weights.
public protocol WeightCalibrator: Sendable {
  /// What the result depends on, by the names of the options, as the manifest records it.
  var settings: [(name: String, value: String)] { get }

  /// Calibrates a model.
  /// - Throws: `BakeError` of code `cancelled` when `isCancelled` said true.
  func calibrate(
    _ model: CalibrationSubject, events: @escaping BakeEventHandler,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws -> CalibratedWeights
}

/// A model that is to be calibrated.
public struct CalibrationSubject {
  /// The stateful graph with logical weights.
  package let graph: Graph
  /// The formats of the weights that will be quantised anew, by name.
  public let quantized: [String: CompressedFormat]
  /// The files beside the weights: `config.json`, `tokenizer.json` …
  public let files: [String: [UInt8]]
  /// The bake that asks.
  public let options: BakeOptions
  public let parameterCount: Int
  /// A folder that the bake removes at its end; what it holds of a stopped bake with the same `fingerprint` may be
  /// used again where `resumes` says so.
  public let workFolder: URL
  public let fingerprint: String
  public let resumes: Bool
}

/// What a calibration says.
public struct CalibratedWeights: Sendable {
  /// A weight's codes.
  public struct Codes: Sendable {
    /// Reads them by `WeightReader.readKept`, in the format that the plan has for the weight.
    public var weight: Weight
    /// How far they are from the numbers.
    public var statistics: RowStatistics

    public init(weight: Weight, statistics: RowStatistics) {
      self.weight = weight
      self.statistics = statistics
    }
  }

  /// Weights whose numbers change, by name: channels are multiplied here and divided there.
  public var replacements: [String: Weight] = [:]
  /// Weights whose codes are known, by name.
  public var codes: [String: Codes] = [:]
  /// What four bits cost a weight, for each of its numbers: the error of its outputs as a part of them, measured. Where
  /// only a share of the weights may have four bits, those with the least have them.
  public var costs: [String: Double] = [:]
  /// What the user should know.
  public var notes: [String] = []
  /// What the manifest keeps.
  public var report: JSON

  /// Whether all weights are left to be rounded to nearest, as where a calibration would have taken too long.
  var isEmpty: Bool { replacements.isEmpty && codes.isEmpty && costs.isEmpty }

  public init(report: JSON) { self.report = report }
}
