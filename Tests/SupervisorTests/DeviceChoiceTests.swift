import OpenVINO
import Supervisor
import Testing

/// A machine that is made up.
private struct Machine: DeviceCatalog {
  var present: [String]
  var names: [String: String] = [:]
  var runtimeVersion: String { "2026.4.1" }

  func devices() throws(OpenVINOError) -> [String] { present }

  func property(_ key: PropertyKey, of device: String) throws(OpenVINOError) -> String {
    guard let value = names["\(device).\(key.rawValue)"] else {
      throw OpenVINOError(.failed, "Device with name \(device) is not registered")
    }
    return value
  }
}

@Suite struct DeviceChoiceTests {
  @Test func automaticTriesInOrderAndSaysWhyNot() throws {
    let choice = try DeviceChoice(request: "auto", catalog: Machine(present: ["CPU", "GPU.0", "GPU.1"]))
    #expect(choice.candidates == ["GPU", "CPU"])
    #expect(choice.isAutomatic)
    #expect(choice.passedOver.map(\.device) == ["NPU"])
    #expect(choice.passedOver.first?.reason.contains("not registered") == true)
  }

  @Test func everythingThereIsTried() throws {
    let choice = try DeviceChoice(request: "AUTO", catalog: Machine(present: ["CPU", "GPU", "NPU"]))
    #expect(choice.candidates == ["NPU", "GPU", "CPU"])
    #expect(choice.passedOver.isEmpty)
  }

  @Test func aDeviceByNameIsItOrNothing() throws {
    let machine = Machine(present: ["CPU"])
    #expect(try DeviceChoice(request: "CPU", catalog: machine).candidates == ["CPU"])
    for device in ["NPU", "GPU", "GPU.1", "TPU", "HETERO:GPU,CPU"] {
      let error = #expect(throws: SupervisorError.self) {
        try DeviceChoice(request: device, catalog: machine)
      }
      #expect(error?.code == .deviceUnavailable)
      #expect(error?.message.contains("cannot be used") == true)
      #expect(error?.mend.isEmpty == false)
    }
  }

  @Test func namesAreThoseOfOpenVINO() throws {
    let machine = Machine(present: ["CPU", "GPU.0", "GPU.1"])
    #expect(try DeviceChoice(request: "gpu.1", catalog: machine).candidates == ["GPU.1"])
    #expect(try DeviceChoice(request: "HETERO:GPU,CPU", catalog: machine).candidates == ["HETERO:GPU,CPU"])
  }

  @Test func aStandInMakesAnNPUUsable() throws {
    let machine = Machine(present: ["CPU"])
    let choice = try DeviceChoice(request: "NPU", properties: ["NPUW_DEVICES": "CPU"], catalog: machine)
    #expect(choice.candidates == ["NPU"])
    #expect(throws: SupervisorError.self) {
      try DeviceChoice(request: "NPU", properties: ["NPUW_DEVICES": "NPU,CPU"], catalog: machine)
    }
  }

  @Test func noDeviceAtAllIsAnError() {
    let error = #expect(throws: SupervisorError.self) {
      try DeviceChoice(request: "AUTO", catalog: Machine(present: []))
    }
    for device in ["NPU", "GPU", "CPU"] { #expect(error?.message.contains(device) == true) }
  }

  @Test func identityNamesThePlatformAndTheDriver() {
    let machine = Machine(
      present: ["NPU"],
      names: [
        "NPU.FULL_DEVICE_NAME": "Intel(R) AI Boost", "NPU.DEVICE_ARCHITECTURE": "3720",
        "NPU.NPU_DRIVER_VERSION": "1688", "NPU.NPU_COMPILER_VERSION": "458752",
      ])
    let identity = DeviceIdentity("NPU", in: machine)
    #expect(identity.name == "Intel(R) AI Boost (3720)")
    #expect(identity.driver == "1688")
    #expect(identity.compiler == "458752")
  }

  @Test func nothingFallsBackInsideNPUWUnlessTheUserSaysSo() {
    let ours = NPUProperties(promptLength: 512, responseLength: 64).properties(merging: [:])
    #expect(ours["NPUW_DEVICES"] == "NPU")
    #expect(ours["NPUW_FALLBACK_EXEC"] == "NO")
    #expect(ours["NPUW_LLM_MAX_PROMPT_LEN"] == 512)
    #expect(ours["NPUW_LLM_PREFILL_HINT"] == nil)
    let theirs = NPUProperties(prefillHint: "STATIC").properties(merging: ["NPUW_DEVICES": "CPU"])
    #expect(theirs["NPUW_DEVICES"] == "CPU")
    #expect(theirs["NPUW_LLM_PREFILL_HINT"] == "STATIC")
  }
}
