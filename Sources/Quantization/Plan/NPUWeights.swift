import Errors
import Tensors

/// What an NPU takes of a matrix's format: the one table of refusals, for recipes before a bake, for values that a bake keeps,
/// and for folders that somebody else made. docs/npu.md tells what the compiler was seen to say to each.
public struct NPUWeights: Sendable, Hashable {
  /// What the format is called, as what an NPU does not take, or not gladly.
  public var reason: String
  /// What to bake with instead.
  public var mend: Wording
  /// Whether nothing runs; otherwise something is slower, larger or not on every NPU.
  public var isRefusal: Bool

  private init(_ reason: String, mend: Wording, isRefusal: Bool = true) {
    self.reason = reason
    self.mend = mend
    self.isRefusal = isRefusal
  }

  /// The groups of 4-bit values that NPUW unpacks on the host; whole rows besides.
  public static let groupSizes = [64, 128]

  /// What there is to say about matrices of this format; nil where all is well.
  /// - Parameters:
  ///   - elementType: IR's name of the stored values' type: `i4`, `u8`, `nf4`, `f4e2m1` …
  ///   - groupSize: How many values share a scale; nil for whole rows.
  public static func finding(on elementType: String, groupSize: Int?, hasZeroPoints: Bool) -> NPUWeights? {
    switch elementType {
    case "u4", "i4":
      if hasZeroPoints { return NPUWeights("asymmetric 4-bit weights", mend: "use \(setting: .sym)") }
      guard let groupSize, !groupSizes.contains(groupSize) else { return nil }
      return NPUWeights(
        "4-bit weights in groups of \(groupSize): 128, 64 or whole rows are taken",
        mend: "use \(setting: .groupSize) 128, 64 or -1")
    case "nf4":
      if groupSize != nil {
        return NPUWeights("NF4 weights in groups", mend: "use \(setting: .groupSize) -1")
      }
      return NPUWeights(
        "NF4 needs a Core Ultra 200V or later", mend: "use \(setting: .weightFormat) int4", isRefusal: false)
    case "f4e2m1":
      return NPUWeights("MXFP4 weights", mend: "use \(setting: .weightFormat) int4 \(setting: .sym)")
    case "u8" where hasZeroPoints:
      return NPUWeights(
        "asymmetric 8-bit weights become 16-bit ones in its blob",
        mend: "use \(setting: .backupPrecision) int8_sym",
        isRefusal: false)
    default: return nil
    }
  }

  /// The same for a format of ours.
  public static func finding(on format: CompressedFormat) -> NPUWeights? {
    finding(
      on: format.elementType.rawValue, groupSize: format.groupSize, hasZeroPoints: format.zeroPoint != .none)
  }

  /// What there is to say about a share of `ratio` of the matrices in four bits and the others in eight.
  public static func finding(onRatio ratio: Double) -> NPUWeights? {
    guard ratio != 1 else { return nil }
    return NPUWeights(
      "two weight formats (ratio \(ratio)): one for all layers is asked for",
      mend: "use \(setting: .ratio) 1.0",
      isRefusal: false)
  }
}
