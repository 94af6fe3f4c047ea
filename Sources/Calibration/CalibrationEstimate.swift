import Baking
import Errors
import Graph
import Quantization

/// About how long a calibration takes, told before it begins.
struct CalibrationEstimate {
  let seconds: Double
  private let options: Calibrator.Options
  private let windowCount: Int

  /// Products a second of one core: of the model with a text, of the model with one token for each of 16 sequences
  /// (bound by memory), and of rounding: some fifty scales for each weight, and all columns after it. Measured on SmolLM2.
  private static let reading = 4e10
  private static let writing = 1.9e10
  private static let rounding = 4.2e6

  init(_ model: CalibrationSubject, _ options: Calibrator.Options, workers: Int) {
    self.options = options
    windowCount = options.windows(for: model.parameterCount)
    let tokens = Double(windowCount * options.windowLength)
    var (products, weights) = (0.0, 0.0)
    for product in LinearSites(model.graph).sites.flatMap(\.products) {
      let weight = product.weight.weight
      let isRounded = model.quantized[product.weight.name]?.elementType.bits == 4
      // Every layer is computed, rounded or not; a head only to be rounded.
      guard product.weight.role != .head || isRounded else { continue }
      // The weight itself, and the sums of its inputs' products, which others may share.
      products += Double(
        weight.shape.elementCount + weight.shape.columns * min(weight.shape.columns, 2048) / 2)
      weights += Double(weight.shape.elementCount)
    }
    var total = products * tokens / Self.reading + weights / Self.rounding
    if options.text == .selfWritten { total += Double(model.parameterCount) * tokens / Self.writing }
    seconds = total / Double(max(workers, 1))
  }

  /// As people say it.
  var text: String {
    seconds < 90 ? "\(max(1, Int(seconds.rounded()))) s" : "\(Int((seconds / 60).rounded())) min"
  }

  var sentence: Wording {
    let source =
      switch options.text {
      case .selfWritten: "a text that the model writes"
      case .file(let url): url.lastPathComponent
      }
    return
      """
      Calibrating by \(windowCount) windows of \(source) (\(options.stages.names.joined(separator: ", "))), \
      about \(text); \(setting: .calibrate) none rounds to nearest instead
      """
  }
}
