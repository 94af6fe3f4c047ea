import OpenVINO
import Testing

@Suite struct CoreTests {
  @Test func everyMachineHasACPU() throws {
    let core = try TinyModels.core.get()
    #expect(try core.devices().contains("CPU"))
    #expect(try !core.property(.fullDeviceName, of: "CPU").isEmpty)
    #expect(try core.versions(of: "CPU").first?.build.isEmpty == false)
  }

  @Test func runtimeSaysWhichItIs() throws {
    let runtime = try OpenVINORuntime.shared()
    #expect(runtime.version.contains("20"))
    #expect(runtime.library.contains("libopenvino.so"))
    #expect(!runtime.origin.isEmpty)
  }

  @Test func unknownDeviceIsAnErrorInOpenVINOsWords() throws {
    let core = try TinyModels.core.get()
    let model = try TinyModels.readProduct()
    let error = #expect(throws: OpenVINOError.self) { try core.compile(model, for: "TPU") }
    #expect(error?.code == .failed)
    #expect(error?.message.contains("TPU") == true)
  }

  @Test func missingFileIsNamed() throws {
    let error = #expect(throws: OpenVINOError.self) {
      try TinyModels.core.get().readModel("/nowhere/model.xml")
    }
    #expect(error?.message.contains("/nowhere/model.xml") == true)
  }

  @Test func textThatIsNoModelIsRefused() throws {
    for text in ["", "<net/>", "<net version=\"11\"><layers>", "\u{0}\u{1}"] {
      #expect(throws: OpenVINOError.self) { try TinyModels.core.get().readModel(xmlText: text) }
    }
  }

  @Test func propertiesOfAllKindsReachThePlugin() throws {
    let core = try TinyModels.core.get()
    let compiled = try core.compile(
      TinyModels.readProduct(), for: "CPU",
      properties: [
        "INFERENCE_NUM_THREADS": 1, "ENABLE_CPU_PINNING": false, "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",
      ])
    #expect(try compiled.property(.threads) == "1")
    #expect(try compiled.property(PropertyKey(rawValue: "ENABLE_CPU_PINNING")) == "NO")
    #expect(try compiled.property(.performanceHint) == "LATENCY")
    #expect(try compiled.property(.inferencePrecision) == "f32")
  }

  @Test func unknownPropertyIsAnError() throws {
    let core = try TinyModels.core.get()
    let error = #expect(throws: OpenVINOError.self) {
      try core.compile(TinyModels.readProduct(), for: "CPU", properties: ["NO_SUCH_THING": 1])
    }
    #expect(error?.message.contains("NO_SUCH_THING") == true)
  }

  @Test func supportedOperationsAreListed() throws {
    let names = try TinyModels.core.get().operations(of: TinyModels.readProduct(), supportedBy: "CPU")
    #expect(names.contains("multiply"))
  }
}
