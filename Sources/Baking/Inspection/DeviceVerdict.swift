import IRFormat
import Quantization

/// Whether a device runs a graph, as far as its file tells.
public struct DeviceVerdict: Sendable, Equatable {
  /// The answer.
  public enum Answer: String, Sendable {
    case yes
    /// With a limit, which the reasons name, or not known for certain.
    case limited
    case no
  }

  /// `CPU`, `GPU` or `NPU`.
  public var device: String
  public var answer: Answer
  /// Why it is not simply yes, or how it is.
  public var reasons: [String]

  private init(_ device: String) {
    self.device = device
    answer = .yes
    reasons = []
  }

  private mutating func limit(_ reason: String) {
    if answer == .yes { answer = .limited }
    reasons.append(reason)
  }

  private mutating func refuse(_ reason: String) {
    answer = .no
    reasons.append(reason)
  }

  /// The verdicts on a graph, for CPU, GPU and NPU.
  public static func all(for graph: FolderInspection.Graph) -> [DeviceVerdict] {
    var verdicts = [cpu(graph), gpu(graph), npu(graph)]
    if let reason = noConversation(graph) {
      for index in verdicts.indices { verdicts[index].refuse(reason) }
    }
    if !graph.hasItsWeights {
      for index in verdicts.indices { verdicts[index].refuse("its weights are missing or cut off") }
    }
    return verdicts
  }

  /// Why no device converses with a graph, whatever its weights are; nil where one may.
  private static func noConversation(_ graph: FolderInspection.Graph) -> String? {
    // What has fixed shapes is one of two graphs that hand the cache to each other.
    guard graph.stateCount == 0, !graph.isStatic, graph.outputs.contains(where: { $0.name == "logits" })
    else {
      return nil
    }
    return "it keeps no state; exported with a key-value cache it runs "
      + "(optimum-cli: --task text-generation-with-past)"
  }

  private static func cpu(_ graph: FolderInspection.Graph) -> DeviceVerdict {
    var verdict = DeviceVerdict("CPU")
    for use in graph.weights {
      if use.elementType.hasPrefix("f8") {
        verdict.limit("\(use.elementType) weights are expanded to f32 in memory")
      }
      if let size = use.groupSize, size < 4 {
        verdict.limit("groups of \(size) are too small for its kernels: such weights are expanded")
      }
    }
    return verdict
  }

  private static func gpu(_ graph: FolderInspection.Graph) -> DeviceVerdict {
    var verdict = DeviceVerdict("GPU")
    for use in graph.weights where ["nf4", "f4e2m1", "f8e4m3", "f8e5m2"].contains(use.elementType) {
      verdict.limit("\(use.elementType) weights are not documented for GPUs")
    }
    return verdict
  }

  /// What OpenVINO's documentation of LLMs on NPUs asks for: symmetric 4-bit weights, in groups or by rows, and one
  /// format for all layers.
  private static func npu(_ graph: FolderInspection.Graph) -> DeviceVerdict {
    var verdict = DeviceVerdict("NPU")
    if graph.name.hasSuffix("_inputs.xml") {
      verdict.reasons.append("computed on the host, for a graph of fixed shape")
      return verdict
    }
    for use in graph.weights {
      let finding = NPUWeights.finding(
        on: use.elementType, groupSize: use.groupSize, hasZeroPoints: use.zeroPointType != nil)
      guard let finding else { continue }
      let count = use.zeroPointType == nil ? "" : " (\(use.tensorCount) matrices)"
      finding.isRefusal ? verdict.refuse(finding.reason + count) : verdict.limit(finding.reason + count)
    }
    if let finding = graph.ratio.flatMap(NPUWeights.finding(onRatio:)) { verdict.limit(finding.reason) }
    if !graph.isStatic, verdict.answer != .no {
      if graph.stateCount > 0 {
        verdict.reasons.append("dynamic: the NPU plugin's LLM mode makes it static, a raw compile refuses it")
      } else {
        verdict.limit("dynamic shapes without states: only fixed shapes compile")
      }
    }
    return verdict
  }
}
