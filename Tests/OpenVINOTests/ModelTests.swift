import Foundation
import OpenVINO
import Testing

@Suite struct ModelTests {
  @Test func portsAreDescribed() throws {
    let model = try TinyModels.readProduct()
    #expect(try model.inputs() == [Port(names: ["x"], elementType: .f32, shape: [.dynamic, 2])])
    #expect(try model.outputs() == [Port(names: ["product"], elementType: .f32, shape: [.dynamic, 2])])
    #expect(try model.variables().isEmpty)
  }

  @Test func variablesAreDescribed() throws {
    let model = try TinyModels.readAccumulator()
    #expect(try model.variables() == [Variable(identity: "total", elementType: .f32, shape: [1, 2])])
  }

  @Test func reshapeFixesAndBounds() throws {
    let model = try TinyModels.readProduct()
    try model.reshape(["x": [Dimension(lowerBound: 1, upperBound: 8), 2]])
    #expect(try model.inputs().first?.shape?.map(\.description) == ["1..8", "2"])
    try model.reshape(["x": [4, 2]])
    #expect(try model.outputs().first?.fixedShape == [4, 2])
  }

  @Test func reshapeToNonsenseIsRefused() throws {
    let model = try TinyModels.readProduct()
    #expect(throws: OpenVINOError.self) { try model.reshape(["y": [4, 2]]) }
    #expect(throws: OpenVINOError.self) { try model.reshape(["x": [4, 3]]) }
  }

  @Test func informationIsReadAndSet() throws {
    let model = try TinyModels.readProduct()
    #expect(try model.information(["recipe", "mode"]) == "int4")
    #expect(try model.information(["recipe", "none"]) == nil)
    try model.setInformation("8.0", at: ["runtime_options", "ACTIVATIONS_SCALE_FACTOR"])
    #expect(try model.information(["runtime_options", "ACTIVATIONS_SCALE_FACTOR"]) == "8.0")
  }

  @Test func aCopyIsIndependent() throws {
    let model = try TinyModels.readProduct()
    let copy = try model.clone()
    try copy.reshape(["x": [4, 2]])
    #expect(try model.inputs().first?.fixedShape == nil)
    #expect(try copy.inputs().first?.fixedShape == [4, 2])
  }

  @Test func serializedModelReadsBack() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try TinyModels.readProduct().serialize(xml: folder + "/model.xml", weights: folder + "/model.bin")
    let model = try TinyModels.core.get().readModel(folder + "/model.xml")
    #expect(try model.inputs().first?.name == "x")
    #expect(try model.information(["recipe", "mode"]) == "int4")
  }

  @Test func operationsComeInOrder() throws {
    let types = try TinyModels.readProduct().operations().map(\.type)
    #expect(types.sorted() == ["Constant", "Multiply", "Parameter", "Result"])
    #expect(types.last == "Result")
  }

  @Test func lastTokenIsCutBeforeTheHead() throws {
    let model = try TinyModels.readHead()
    #expect(try model.keepLastTokenOnly())
    #expect(try model.outputs().first?.shape?.map(\.description) == ["?", "1", "3"])
    let request = try TinyModels.core.get().compile(
      model, for: "CPU", properties: ["INFERENCE_PRECISION_HINT": "f32"]
    ).makeRequest()
    // Two sequences of three tokens.
    try request.setInput(0, TinyModels.tensor((1...12).map(Float.init), [2, 3, 2]))
    try request.infer()
    let logits = try request.output("logits")
    #expect(try logits.layout().shape == [2, 1, 3])
    #expect(try logits.elements(of: Float.self) == [5, 6, 11, 11, 12, 23])
  }

  @Test func aModelWithoutAHeadStaysAsItIs() throws {
    let model = try TinyModels.readProduct()
    #expect(try !model.keepLastTokenOnly())
    #expect(try model.outputs().first?.shape == [.dynamic, 2])
  }

  @Test func pagedAttentionNeedsAttention() throws {
    #expect(throws: OpenVINOError.self) { try TinyModels.readAccumulator().convertToPagedAttention() }
  }
}
