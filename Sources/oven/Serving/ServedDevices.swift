import Dispatch
import OpenVINO
import Supervisor

/// The devices that the clients of a server may choose.
enum ServedDevices {
  /// Those of this machine, unless one was named on the command line: then it is that one. They are looked for in a process
  /// of its own, because drivers crash.
  static func find(_ runtime: RuntimeOptions) async -> [String] {
    guard runtime.device.uppercased() == "AUTO" else { return [] }
    let found = await withCheckedContinuation { continuation in
      DispatchQueue(label: "oven.devices").async {
        continuation.resume(returning: ChildRuntimeProbe().facts().devices.map(\.name))
      }
    }
    // Another device that stands in for an NPU.
    let hasStandIn = !found.contains("NPU") && NPUProperties.standIn(in: runtime.userProperties) != nil
    return hasStandIn ? found + ["NPU"] : found
  }
}
