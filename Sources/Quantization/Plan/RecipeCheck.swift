import Errors

extension QuantizationRecipe {
  /// Refuses options out of their range, and what the target is known to refuse, before anything is read.
  /// - Throws: `QuantizationError` of code `badRecipe` or `refusedByTarget`.
  public func check() throws(QuantizationError) {
    guard ratio > 0, ratio <= 1 else {
      throw QuantizationError(.badRecipe, "the ratio is \(ratio)", mend: "it is more than 0 and at most 1")
    }
    if ratio < 1, !weightFormat.isFourBit {
      throw QuantizationError(
        .badRecipe, "a ratio of \(ratio) needs a four-bit format, and this is \(weightFormat.rawValue)",
        mend: "leave the ratio out, or choose int4, nf4 or mxfp4")
    }
    if awq, !weightFormat.isFourBit {
      throw QuantizationError(
        .badRecipe, "AWQ is for four-bit formats, and this is \(weightFormat.rawValue)",
        advice: "leave \(setting: .awq) out")
    }
    try checkGroupSize()
    if target == .npu { try checkNPU() }
  }

  private func checkGroupSize() throws(QuantizationError) {
    guard let groupSize else { return }
    switch weightFormat {
    case .int4, .nf4:
      // Below 4 the CPU's kernels do not take the layer; two four-bit values share a byte.
      guard groupSize == -1 || (groupSize >= 4 && groupSize % 2 == 0 && groupSize <= 1 << 20) else {
        throw QuantizationError(
          .badRecipe, "the group size is \(groupSize)",
          mend: "use -1 for whole rows, or an even number from 4 on; 128, 64 and 32 are usual")
      }
    case .mxfp4:
      guard groupSize == 32 else {
        throw QuantizationError(
          .badRecipe, "the group size is \(groupSize), but MXFP4 has groups of 32", mend: "leave it out")
      }
    case .int8, .fp32, .fp16, .kept:
      guard groupSize == -1 else {
        throw QuantizationError(
          .badRecipe, "a group size of \(groupSize) makes no sense with \(weightFormat.rawValue)",
          mend: "leave it out")
      }
    }
  }

  /// Refuses what `NPUWeights` knows, and two formats in one model.
  private func checkNPU() throws(QuantizationError) {
    let format = primaryFormat.flatMap { NPUWeights.finding(on: $0) }
    for finding in [format, NPUWeights.finding(onRatio: ratio)] {
      guard let finding, finding.isRefusal || ratio != 1 else { continue }
      throw QuantizationError(
        .refusedByTarget, "an NPU does not take \(finding.reason)", advice: finding.mend)
    }
  }
}
