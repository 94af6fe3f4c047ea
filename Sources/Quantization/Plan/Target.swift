extension QuantizationRecipe {
  /// What the result must run on (`--target`).
  public enum Target: String, Sendable, CaseIterable {
    /// One folder for every device: what an NPU takes runs on the others too.
    case any
    case npu, cpu, gpu

    /// The smallest group that an adjustment may end at. NPUW unpacks 4-bit weights on the host only in groups of
    /// 64 or 128 (or whole rows); elsewhere NNCF's floor holds.
    var groupSizeFloor: Int { self == .any || self == .npu ? 64 : 32 }
  }

  /// The size from which on NPUs do better with a scale for each whole row (OpenVINO's documentation: "4–5B").
  public static let channelWiseParameterCount = 5_000_000_000

  /// What runs best on `target` for a model of `parameterCount` weights: symmetric INT4, whatever the target.
  /// `isCalibrated` where weights are rounded by what an error costs, and not each to the nearest number.
  ///
  /// * Symmetric: an NPU takes nothing else, and a CPU decodes such weights faster (measured: 38 against 32
  ///   tokens a second) without losing accuracy (perplexity of SmolLM2 15.8 against 16.5).
  /// * Groups of 128; above 5 billion parameters whole rows, except for `cpu` and `gpu`, which have no trouble
  ///   with groups and are more accurate with them. Calibrated whole rows lose less than groups that are rounded to
  ///   nearest, and an NPU computes them faster, by its compiler's estimate (docs/npu.md): for `npu` they are the choice
  ///   of any model that is calibrated.
  /// * A mixture of experts gets whole rows for `npu` in any case: NPUW finds experts in no other form, and would compute
  ///   all of them for every token.
  /// * Embeddings and head in symmetric INT8 for each row: eight bits as in NNCF, symmetric because NPUs are said
  ///   to take symmetric weights only, and one byte per row and a subtraction less for the others.
  public static func preset(
    _ target: Target, parameterCount: Int, isCalibrated: Bool = false, hasExperts: Bool = false
  ) -> QuantizationRecipe {
    let isLarge = parameterCount > channelWiseParameterCount
    let wholeRows =
      switch target {
      case .any: isLarge
      case .npu: isLarge || isCalibrated || hasExperts
      case .cpu, .gpu: false
      }
    return QuantizationRecipe(groupSize: wholeRows ? -1 : 128, target: target)
  }
}
