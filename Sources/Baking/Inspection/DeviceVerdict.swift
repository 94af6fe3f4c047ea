import IRFormat

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
    if !graph.hasItsWeights {
      for index in verdicts.indices { verdicts[index].refuse("its weights are missing or cut off") }
    }
    return verdicts
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
    for use in graph.weights {
      switch use.elementType {
      case "u4", "i4":
        if use.zeroPointType != nil {
          verdict.refuse("asymmetric 4-bit weights (\(use.tensorCount) matrices)")
        } else if let size = use.groupSize, ![64, 128].contains(size) {
          verdict.refuse("4-bit weights in groups of \(size): 128, 64 or whole rows are taken")
        }
      case "nf4" where use.groupSize != nil: verdict.refuse("NF4 weights in groups")
      case "nf4": verdict.limit("NF4 needs a Core Ultra 200V or later")
      case "f4e2m1": verdict.refuse("MXFP4 weights")
      case "u8" where use.zeroPointType != nil:
        verdict.limit("asymmetric 8-bit weights (\(use.tensorCount) matrices): symmetric ones are asked for")
      default: break
      }
    }
    if let ratio = graph.ratio, ratio != 1 {
      verdict.limit("two weight formats (ratio \(ratio)): one for all layers is asked for")
    }
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
