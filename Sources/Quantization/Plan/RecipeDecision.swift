import Errors
import Tensors

extension QuantizationRecipe {
  /// Whether a weight is one of those that the format and the ratio are about.
  func givesPrimaryFormat(_ weight: WeightDescriptor) -> Bool {
    // A single output row would not stay compressed on a CPU (O = 1), and is nothing.
    guard weight.shape.rank >= 2, weight.shape.rows > 1 else { return false }
    switch weight.role {
    case .linear, .expert: return true
    case .embedding, .head: return allLayers || weightFormat == .int8
    case .router: return weightFormat == .int8
    case .norm, .bias, .table: return false
    }
  }

  /// The decision on one weight, without regard to the ratio.
  func decision(on weight: WeightDescriptor) throws(QuantizationError) -> QuantizationPlan.Decision {
    func decide(_ format: WeightFormat, _ note: String? = nil) -> QuantizationPlan.Decision {
      QuantizationPlan.Decision(name: weight.name, format: format, note: note)
    }
    // Vectors are a thousandth of the model: 32 bits cost nothing and are exact.
    if weight.role.isVector || weight.shape.rank < 2 || weight.shape.rows == 1 {
      return decide(.dense(.f32))
    }
    switch weightFormat {
    case .fp32: return decide(.dense(.f32))
    case .fp16: return decide(.dense(.f16))
    case .kept: return try keptDecision(on: weight)
    case .int8, .int4, .nf4, .mxfp4: break
    }
    // An NPU's compiler fills a router's rows up to a multiple of 16, and then finds too many scales (docs/npu.md).
    if weight.role == .router, target == .npu, weight.shape.rows % 16 != 0 { return decide(.dense(.f16)) }
    guard givesPrimaryFormat(weight), var format = primaryFormat else { return decide(backupFormat) }
    let columns = weight.shape.columns
    guard let size = format.groupSize, columns % size != 0 else { return decide(.compressed(format)) }
    switch groupSizeFallback {
    case .error:
      throw QuantizationError(
        .badShape, "\(weight.name) has rows of \(columns), which groups of \(size) do not divide",
        advice: "use another \(setting: .groupSize), or \(setting: .groupSizeFallback) adjust")
    case .ignore:
      return decide(.dense(.f16), "groups of \(size) do not divide rows of \(columns): left in f16")
    case .adjust:
      let fitting = Self.largestPowerOfTwo(dividing: columns, atMost: size)
      guard weightFormat != .mxfp4, fitting >= target.groupSizeFloor else {
        return decide(
          backupFormat,
          "no group size from \(target.groupSizeFloor) on divides rows of \(columns): "
            + backupFormat.summary)
      }
      format.groupSize = fitting
      return decide(
        .compressed(format), "groups of \(size) do not divide rows of \(columns): groups of \(fitting)")
    }
  }

  /// Own values where the checkpoint has them and the target takes them.
  private func keptDecision(on weight: WeightDescriptor) throws(QuantizationError)
    -> QuantizationPlan.Decision
  {
    guard let format = weight.keptFormat else {
      return QuantizationPlan.Decision(
        name: weight.name, format: backupFormat,
        note: "no quantised values that could be kept: \(backupFormat.summary)")
    }
    if target == .npu, let finding = NPUWeights.finding(on: format), finding.isRefusal {
      throw QuantizationError(
        .refusedByTarget,
        "an NPU does not take the checkpoint's own values of \(weight.name): \(finding.reason)",
        advice: "use \(setting: .weightFormat) int4, which quantises anew")
    }
    return QuantizationPlan.Decision(name: weight.name, format: .compressed(format), isKept: true, note: nil)
  }

  private static func largestPowerOfTwo(dividing count: Int, atMost limit: Int) -> Int {
    var size = 1
    while size * 2 <= limit, count % (size * 2) == 0 { size *= 2 }
    return size
  }
}
