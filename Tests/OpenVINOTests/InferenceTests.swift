import Foundation
import OpenVINO
import Testing

@Suite struct InferenceTests {
  private func compile(_ model: Model) throws -> CompiledModel {
    try TinyModels.core.get().compile(model, for: "CPU", properties: ["INFERENCE_PRECISION_HINT": "f32"])
  }

  @Test func computesWhatItShould() throws {
    let compiled = try compile(TinyModels.readProduct())
    #expect(compiled.inputs.map(\.names) == [["x"]])
    #expect(compiled.outputIndex("product") == 0)
    let request = try compiled.makeRequest()
    try request.setInput("x", TinyModels.tensor([Float(1), 2, 3, 4], [2, 2]))
    try request.infer()
    let result = try request.output("product")
    #expect(try result.layout().shape == [2, 2])
    #expect(try result.elements(of: Float.self) == [2, -6, 6, -12])
  }

  @Test func runsInTheBackground() throws {
    let request = try compile(TinyModels.readProduct()).makeRequest()
    try request.setInput("x", TinyModels.tensor([Float(5), 7], [1, 2]))
    try request.start()
    #expect(try request.wait())
    #expect(try request.output(0).elements(of: Float.self) == [10, -21])
    request.canceller.cancel()
  }

  @Test func wrongInputsAreErrors() throws {
    let request = try compile(TinyModels.readProduct()).makeRequest()
    #expect(throws: OpenVINOError.self) { try request.setInput("y", TinyModels.tensor([Float(1)], [1])) }
    #expect(throws: OpenVINOError.self) { try request.setInput(7, TinyModels.tensor([Float(1)], [1])) }
    #expect(throws: OpenVINOError.self) {
      try request.setInput("x", TinyModels.tensor([Float(1), 2, 3], [1, 3]))
    }
    #expect(throws: OpenVINOError.self) {
      try request.setInput("x", TinyModels.tensor([Int64(1), 2], [1, 2]))
    }
    #expect(throws: OpenVINOError.self) { try request.output("logits") }
  }

  @Test func memoryOfTheCallerIsReadWhereItIs() throws {
    let request = try compile(TinyModels.readProduct()).makeRequest()
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 64)
    defer { memory.deallocate() }
    let values = memory.bindMemory(to: Float.self)
    let tensor = try Tensor(
      wrapping: memory, as: .f32, shape: [1, 2], owner: nil, runtime: OpenVINORuntime.shared())
    try request.setInput("x", tensor)
    for step in 1...3 {
      values[0] = Float(step)
      values[1] = Float(10 * step)
      try request.infer()
      #expect(try request.output(0).elements(of: Float.self) == [Float(2 * step), Float(-30 * step)])
    }
    // The shape may grow within the memory, and not beyond it.
    try tensor.setShape([8, 2])
    #expect(try tensor.withBytes { $0.baseAddress == memory.baseAddress })
    #expect(throws: OpenVINOError.self) { try tensor.setShape([9, 2]) }
  }

  @Test func theOwnerOfMemoryLivesAsLongAsTheRequestNeedsIt() throws {
    final class Memory {
      let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 8, alignment: 8)
      deinit { bytes.deallocate() }
    }
    weak var watched: Memory?
    do {
      let request = try compile(TinyModels.readProduct()).makeRequest()
      do {
        let memory = Memory()
        watched = memory
        memory.bytes.bindMemory(to: Float.self).update(repeating: 1)
        let tensor = try Tensor(
          wrapping: memory.bytes, as: .f32, shape: [1, 2], owner: memory, runtime: OpenVINORuntime.shared())
        try request.setInput("x", tensor)
      }
      #expect(watched != nil)
      try request.infer()
      #expect(try request.output(0).elements(of: Float.self) == [2, -3])
    }
    #expect(watched == nil)
  }

  @Test func statesRememberCanBeSetAndReset() throws {
    let request = try compile(TinyModels.readAccumulator()).makeRequest()
    try request.setInput("x", TinyModels.tensor([Float(1), 2], [1, 2]))
    for step in 1...3 {
      try request.infer()
      #expect(try request.output("sum").elements(of: Float.self) == [Float(step), Float(2 * step)])
    }
    let state = try #require(try request.states().first)
    #expect(state.name == "total")
    #expect(try state.tensor().elements(of: Float.self) == [3, 6])
    try state.set(TinyModels.tensor([Float(100), 200], [1, 2]))
    try request.infer()
    #expect(try request.output("sum").elements(of: Float.self) == [101, 202])
    try request.resetStates()
    try request.infer()
    #expect(try request.output("sum").elements(of: Float.self) == [1, 2])
    try request.states().first?.reset()
    try request.infer()
    #expect(try request.output("sum").elements(of: Float.self) == [1, 2])
  }

  @Test func requestsHaveTheirOwnStates() throws {
    let compiled = try compile(TinyModels.readAccumulator())
    let requests = try [compiled.makeRequest(), compiled.makeRequest()]
    for (index, request) in requests.enumerated() {
      try request.setInput("x", TinyModels.tensor([Float(index), 1], [1, 2]))
      try request.infer()
      try request.infer()
    }
    #expect(try requests[0].output("sum").elements(of: Float.self) == [0, 2])
    #expect(try requests[1].output("sum").elements(of: Float.self) == [2, 2])
  }

  @Test func theDevicesGraphIsShown() throws {
    let operations = try compile(TinyModels.readHead()).operations()
    let head = try #require(operations.first { $0.layerType == "FullyConnected" || $0.layerType == "MatMul" })
    #expect(head.runtimePrecision == "FP32" || head.runtimePrecision == "f32")
  }

  @Test func blobsAreExportedAndImported() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try compile(TinyModels.readProduct()).export(to: path)
    let blob = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(!blob.isEmpty)
    // Some bytes of another kind in front, as a header would be.
    try (Data(repeating: 7, count: 64) + blob).write(to: URL(fileURLWithPath: path))
    let core = try TinyModels.core.get()
    let mapped = try Tensor(mapping: path, offset: 64, runtime: core.runtime)
    #expect(try mapped.layout().byteCount == blob.count)
    let request = try core.importModel(mapped, for: "CPU").makeRequest()
    try request.setInput("x", TinyModels.tensor([Float(1), 2], [1, 2]))
    try request.infer()
    #expect(try request.output("product").elements(of: Float.self) == [2, -6])
  }

  @Test func anExportToNowhereIsAnError() throws {
    let compiled = try compile(TinyModels.readProduct())
    #expect(throws: OpenVINOError.self) { try compiled.export(to: "/nowhere/blob") }
  }

  @Test func bytesThatAreNoBlobAreRefused() throws {
    let core = try TinyModels.core.get()
    let noise = try TinyModels.tensor([UInt8](repeating: 42, count: 4096), [4096])
    #expect(throws: OpenVINOError.self) { try core.importModel(noise, for: "CPU") }
  }
}
