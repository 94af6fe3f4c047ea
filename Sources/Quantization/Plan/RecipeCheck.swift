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
        mend: "leave --awq out")
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

  /// What OpenVINO's documentation and its issue 34450 say an NPU compiler does not take.
  private func checkNPU() throws(QuantizationError) {
    func refuse(_ what: String, _ mend: String) -> QuantizationError {
      QuantizationError(.refusedByTarget, "an NPU does not take \(what)", mend: mend)
    }
    if weightFormat == .int4, !isSymmetric {
      throw refuse("asymmetric INT4 weights (its compiler aborts on grouped ones)", "use --sym")
    }
    if weightFormat == .mxfp4 { throw refuse("MXFP4 weights", "use --weight-format int4 --sym") }
    if weightFormat == .int4, let groupSize, ![64, 128, -1].contains(groupSize) {
      throw refuse("groups of \(groupSize)", "use --group-size 128, 64 or -1")
    }
    if weightFormat == .nf4, groupSize != -1 {
      throw refuse("NF4 weights in groups", "use --group-size -1 (NF4 needs a Core Ultra 200V or later)")
    }
    if ratio != 1 { throw refuse("two weight formats at once (ratio \(ratio))", "use --ratio 1.0") }
  }
}
