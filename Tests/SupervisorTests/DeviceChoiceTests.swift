import OpenVINO
import Supervisor
import Testing

/// A machine on which no plugin can begin its threads.
private struct Crowded: DeviceCatalog {
  var reason = "Exception from src/inference\nResource temporarily unavailable"
  var runtimeVersion: String { "2026.4.1" }

  func devices() throws(OpenVINOError) -> [String] { [] }

  func property(_ key: PropertyKey, of device: String) throws(OpenVINOError) -> String {
    throw OpenVINOError(.failed, reason)
  }
}

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
    #expect(choice.passedOver.first?.reason == "OpenVINO finds none (it lists CPU, GPU.0, GPU.1)")
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

  @Test(arguments: ["CPU", "AUTO"]) func withoutThreadsNoDeviceIsToBlame(_ request: String) {
    let error = #expect(throws: SupervisorError.self) {
      try DeviceChoice(request: request, catalog: Crowded())
    }
    #expect(error?.code == .outOfThreads && error?.mend.contains("ulimit -u") == true)
  }

  @Test(arguments: ["compiling: std::bad_alloc", "no mapping, err=Cannot allocate memory"])
  func withoutMemoryNoDeviceIsToBlame(_ reason: String) {
    let error = #expect(throws: SupervisorError.self) {
      try DeviceChoice(request: "CPU", catalog: Crowded(reason: reason))
    }
    #expect(error?.code == .outOfMemory && error?.mend.contains("ulimit -v") == true)
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

  /// A device made of others is another one when one of them, or its driver, is another one.
  @Test func combinedDevicesAreWhatTheyAreMadeOf() {
    var machine = Machine(
      present: ["CPU", "GPU.0", "GPU.1"],
      names: [
        "CPU.FULL_DEVICE_NAME": "Core Ultra 7", "GPU.1.FULL_DEVICE_NAME": "Arc B580",
        "GPU.1.GPU_DRIVER_VERSION": "1.2",
        "GPU.1.DEVICE_ARCHITECTURE": "GPU: v20",
      ])
    let first = DeviceIdentity("HETERO:GPU.1,CPU", in: machine)
    #expect(first.name == "GPU.1 Arc B580 (GPU: v20), CPU Core Ultra 7")
    #expect(first.driver == "GPU.1 1.2")
    machine.names["GPU.1.GPU_DRIVER_VERSION"] = "1.3"
    #expect(DeviceIdentity("HETERO:GPU.1,CPU", in: machine).driver == "GPU.1 1.3")
    #expect(DeviceIdentity("MULTI:GPU.1(4),CPU(2)", in: machine).driver == "GPU.1 1.3")
    #expect(DeviceIdentity("BATCH:GPU.1(16)", in: machine).name == "GPU.1 Arc B580 (GPU: v20)")
    let standIn = DeviceIdentity("NPU", standIn: "GPU.1", in: machine)
    #expect(standIn.driver == "1.3" && standIn.name == "Arc B580 (GPU: v20) in place of an NPU")
  }

  @Test func automaticPassesOverWhatRefuses() throws {
    let choice = try DeviceChoice(request: "AUTO", catalog: Machine(present: ["CPU", "GPU", "NPU"]))
    for code in [SupervisorError.Code.loadFailed, .deviceDisagrees, .inferenceFailed] {
      var told: [String] = []
      let (device, passedOver) = try choice.first({ told.append($0.device) }) {
        device, _ throws(SupervisorError) in
        guard device == "CPU" else { throw SupervisorError(code, "\(device) will not") }
        return device
      }
      #expect(device == "CPU" && told == ["NPU", "GPU"])
      #expect(passedOver.map(\.reason) == ["NPU will not", "GPU will not"])
    }
  }

  @Test func aBadModelIsNoReasonToTryAnotherDevice() throws {
    let choice = try DeviceChoice(request: "AUTO", catalog: Machine(present: ["CPU", "GPU"]))
    let named = try DeviceChoice(request: "GPU", catalog: Machine(present: ["CPU", "GPU"]))
    for (choice, code) in [(choice, SupervisorError.Code.badModel), (choice, .noModel), (named, .loadFailed)]
    {
      var tried: [String] = []
      let error = #expect(throws: SupervisorError.self) {
        try choice.first({ _ in }) { device, _ throws(SupervisorError) -> Int in
          tried.append(device)
          throw SupervisorError(code, "no")
        }
      }
      #expect(error?.code == code && tried == ["GPU"])
    }
  }

  @Test func theLastDevicesErrorIsTheAnswer() throws {
    let choice = try DeviceChoice(request: "AUTO", catalog: Machine(present: ["CPU", "GPU"]))
    let error = #expect(throws: SupervisorError.self) {
      try choice.first({ _ in }) { device, passedOver throws(SupervisorError) -> Int in
        throw SupervisorError(.loadFailed, "\(device) after \(passedOver.count)")
      }
    }
    #expect(error?.message == "CPU after 2")
  }
}
