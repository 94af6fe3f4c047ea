import Errors
import OpenVINO

/// The devices to try for a request, and why others were passed over.
package struct DeviceChoice: Sendable, Hashable {
  /// A device that is not used, and why.
  package struct PassedOver: Sendable, Hashable, Codable {
    /// OpenVINO's name.
    package var device: String
    /// The reason, as half a sentence.
    package var reason: Wording

    /// Makes a note.
    package init(device: String, reason: Wording) {
      self.device = device
      self.reason = reason
    }
  }

  /// The devices to try, in order. One, unless AUTO was asked for.
  package var candidates: [String]
  /// Those that cannot be tried.
  package var passedOver: [PassedOver]
  /// Whether another device may take over when one refuses the model.
  package var isAutomatic: Bool

  /// The order in which AUTO tries.
  package static let automaticOrder = ["NPU", "GPU", "CPU"]

  /// Chooses.
  ///
  /// - Parameters:
  ///   - request: "AUTO", or a device by OpenVINO's name: "NPU", "GPU.1", "HETERO:GPU,CPU".
  ///   - properties: The user's own; `NPUW_DEVICES` without an NPU lets another device stand in for it.
  ///   - catalog: The machine.
  /// - Throws: `.deviceUnavailable` for a device that was asked for by name and is not there, `.outOfThreads` where the
  ///   system lets nothing be looked for.
  package init(
    request: String, properties: Properties = [:], catalog: some DeviceCatalog
  ) throws(SupervisorError) {
    let present: [String]
    do {
      present = try catalog.devices()
    } catch {
      let what = "OpenVINO cannot list its devices"
      throw SupervisorError(shortage: error, what)
        ?? SupervisorError(.deviceUnavailable, "\(what): \(error.message)")
    }
    func find(_ device: String) -> String? {
      let device = device.uppercased()
      if device == "NPU", NPUProperties.standIn(in: properties) != nil { return "NPU" }
      if present.contains(device) { return device }
      // "GPU" for the first of several.
      return present.contains { $0.hasPrefix(device + ".") } ? device : nil
    }
    guard request.contains(where: { !$0.isWhitespace }) else {
      throw SupervisorError(.deviceUnavailable, "the device's name is empty", advice: Self.mend(request))
    }
    isAutomatic = request.uppercased() == "AUTO"
    passedOver = []
    if isAutomatic {
      candidates = []
      for device in Self.automaticOrder {
        if let found = find(device) {
          candidates.append(found)
        } else {
          let reason = try Self.reason(for: device, present: present, catalog: catalog)
          passedOver.append(PassedOver(device: device, reason: Wording(reason)))
        }
      }
      if candidates.isEmpty {
        let reasons = passedOver.map { "\($0.device): \($0.reason)" }.joined(separator: "; ")
        throw SupervisorError(
          .deviceUnavailable, "no device can be used: \(reasons)", advice: Self.mend("CPU"))
      }
      return
    }
    // HETERO:GPU,CPU and the like: every part must be there.
    let parts = request.split(separator: ":", maxSplits: 1)
    let parents = parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : [request]
    for parent in parents where find(parent) == nil {
      let reason = try Self.reason(for: parent.uppercased(), present: present, catalog: catalog)
      throw SupervisorError(
        .deviceUnavailable, "\(parent) cannot be used: \(reason)", advice: Self.mend(parent.uppercased()))
    }
    candidates = [request.uppercased()]
  }

  /// Faults of a device and not of the model: with AUTO, the next one is tried.
  private static let faultsOfDevices: Set<SupervisorError.Code> = [
    .loadFailed, .deviceDisagrees, .inferenceFailed, .outOfMemory,
  ]

  /// What the first device that can gives.
  ///
  /// - Parameters:
  ///   - report: Told of every device that is passed over.
  ///   - body: Tries a device, knowing those that were passed over so far.
  /// - Throws: What the last device that was tried throws.
  package func first<Result>(
    _ report: (PassedOver) -> Void, _ body: (String, [PassedOver]) throws(SupervisorError) -> Result
  ) throws(SupervisorError) -> (Result, [PassedOver]) {
    var passedOver = passedOver
    for (index, device) in candidates.enumerated() {
      do throws(SupervisorError) {
        return (try body(device, passedOver), passedOver)
      } catch {
        guard isAutomatic, Self.faultsOfDevices.contains(error.code), index + 1 < candidates.count else {
          throw error
        }
        let note = PassedOver(device: device, reason: error.messageWording)
        passedOver.append(note)
        report(note)
      }
    }
    throw SupervisorError(.deviceUnavailable, "no device was tried")
  }

  /// Why a device is not among those that are present, as half a sentence.
  ///
  /// - Throws: `.outOfThreads` or `.outOfMemory`, which says nothing of the device.
  private static func reason(
    for device: String, present: [String], catalog: some DeviceCatalog
  ) throws(SupervisorError) -> String {
    do throws(OpenVINOError) {
      _ = try catalog.property(.fullDeviceName, of: device)
      return "OpenVINO does not list it (it lists \(list(present)))"
    } catch {
      if let error = SupervisorError(shortage: error, "\(device) cannot be looked for") { throw error }
      let said = error.message.split(separator: "\n").last.map(String.init) ?? ""
      // What only says once more, in OpenVINO's words, that there is none.
      let isPlain = ["Unsupported configuration key", "is not registered"].contains(where: said.contains)
      let short = isPlain ? "" : said.count > 200 ? said.prefix(200) + "…" : said[...]
      return "OpenVINO finds none (it lists \(list(present)))" + (short.isEmpty ? "" : ": \(short)")
    }
  }

  private static func list(_ devices: [String]) -> String {
    devices.isEmpty ? "nothing" : devices.joined(separator: ", ")
  }

  private static func mend(_ device: String) -> Wording {
    // GPU.1 is one of several GPUs.
    switch device.prefix(while: { $0 != "." }) {
    case "NPU":
      """
      Run `\(setting: .doctor)`: it names the missing kernel module, driver, firmware or group. Or choose \
      \(setting: .device) CPU, or AUTO.
      """
    case "GPU":
      """
      Run `\(setting: .doctor)`: it names the missing OpenCL driver or group. Or choose \(setting: .device) CPU, \
      or AUTO.
      """
    case "CPU":
      "Run `\(setting: .doctor)`: it says which of OpenVINO's libraries does not load."
    default:
      "Devices are named as OpenVINO does: CPU, GPU, GPU.1, NPU, HETERO:GPU,CPU, or AUTO."
    }
  }
}
