import Errors
import Tensors

/// What keeps NPUW from finding which experts a token uses: it computes all of them for every token then, with which its
/// compiler does not come to an end where they are large (docs/npu.md).
package enum ExpertsOnNPU: Sendable, Hashable {
  /// They are chosen in a form that it does not know.
  case unknownChoice
  /// Their weights are in a format in which it finds none: it wants compressed values, with a scale for each row.
  case unknownFormat(WeightFormat)

  /// How many numbers all experts of a layer may have in one of their matrices for all of them to be computed. Some ten
  /// thousand compile; with two million the compiler had not ended after minutes.
  package static let largestComputedWhole = 1 << 20

  /// What is wrong with experts; nil where all is well.
  /// - Parameters:
  ///   - isChoiceKnown: whether NPUW knows how they are chosen.
  ///   - formats: those of their weights.
  package init?(isChoiceKnown: Bool, formats: [WeightFormat]) {
    let other = formats.first { $0.compressed == nil || $0.compressed?.groupSize != nil }
    if !isChoiceKnown {
      self = .unknownChoice
    } else if let other {
      self = .unknownFormat(other)
    } else {
      return nil
    }
  }

  /// Refuses experts of which the largest matrix has so many numbers, or says what they cost.
  /// - Parameter modelType: what the model is called.
  package func note(count: Int, modelType: String) throws(BakeError) -> Wording {
    guard count > Self.largestComputedWhole else {
      return "an NPU computes all experts for every token: \(reason)"
    }
    switch self {
    case .unknownChoice:
      throw BakeError(
        .usage, wording: "\(setting: .target) npu: \(modelType) of this size cannot run on an NPU",
        why: Wording("all experts would be computed for every token, and too many to compile: " + reason),
        mend: "Leave \(setting: .target) npu out: the model runs on a CPU or GPU.")
    case .unknownFormat(let format):
      throw BakeError(
        .usage, wording: "\(setting: .target) npu: experts in \(format.summary) cannot run on an NPU",
        why: Wording("all experts would be computed for every token, and too many to compile: " + reason),
        mend: "Leave \(setting: .groupSize) out, which gives them whole rows, with int4 or int8.")
    }
  }

  private var reason: String {
    switch self {
    case .unknownChoice: "OpenVINO's splitter does not know how this model chooses them"
    case .unknownFormat: "OpenVINO's splitter finds experts in whole rows of 4 or 8 bits only"
    }
  }
}
