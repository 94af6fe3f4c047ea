import Errors
import Graph
import JSON
import Quantization
import Tensors

extension BakePlan {
  /// Refuses experts that are chosen in a way that NPUW does not know: it would compute all of them for every token, with
  /// which its compiler does not come to an end (docs/npu.md).
  static func checkExperts(_ graph: Graph, _ config: JSON) throws(BakeError) {
    guard graph.hasExpertsUnknownToNPUW else { return }
    throw BakeError(
      .usage,
      wording:
        "\(setting: .target) npu: \(config["model_type"]?.string ?? "this model") cannot run on an NPU",
      why: Wording(
        "OpenVINO's splitter for NPUs does not know how its experts are chosen, and would compute all of "
          + "them for every token, with which its compiler does not come to an end"),
      mend: "Leave \(setting: .target) npu out: the model runs on a CPU or GPU.")
  }

  /// Refuses experts in a format in which NPUW does not find them: it wants compressed values, with a scale for each
  /// row.
  static func checkFormats(
    of weights: [LogicalWeight], _ decisions: WeightDecisions
  ) throws(BakeError) {
    let formats = weights.filter { $0.role == .expert }.map { decisions.format(of: $0) }
    let other = formats.first { $0.compressed == nil || $0.compressed?.groupSize != nil }
    guard let other else { return }
    throw BakeError(
      .usage,
      wording: "an NPU does not take experts in \(other.summary)",
      why: Wording(
        "OpenVINO's splitter for NPUs finds experts in whole rows of 4 or 8 bits only, and would compute "
          + "all others for every token, with which its compiler does not come to an end"),
      mend: "Give \(setting: .groupSize) -1, or leave it out, with int4 or int8.")
  }
}
