import Graph
import Tensors
import Testing

/// Logical weights become the chains that the plugins keep compressed.
@Suite struct LoweringTests {
  private func graph(_ shapes: [(String, Shape, WeightRole)], shared: [String: String] = [:]) throws -> Graph
  {
    let graph = Graph()
    for (name, shape, role) in shapes {
      let weight = Weight(Array(repeating: 0, count: shape.elementCount), shape: shape)
      let value = try graph.weight(weight, role: role, name: name, sharedName: shared[name])
      graph.addOutput("out." + name, value)
    }
    return graph
  }

  private func lowered(_ graph: Graph, _ format: WeightFormat) throws -> Graph {
    try graph.lowered { _ in format }
  }

  @Test func groupedWithIntegerZeroPoint() throws {
    let format = CompressedFormat(elementType: .u4, groupSize: 32, zeroPoint: .integer)
    let result = try lowered(graph([("m.w", [8, 64], .linear)]), .compressed(format))
    #expect(
      result.nodes.map(\.name) == [
        "m.w", "m.w/convert", "m.w/zero_point", "m.w/zero_point/convert", "m.w/zero_point/subtract",
        "m.w/scale",
        "m.w/fq_weights_1", "m.w/fq_weights_1/shape", "m.w/fq_weights_1/reshape", "m.w/fq_weights_1/convert",
      ])
    #expect(result.outputs[0].value.type == ValueType(.f32, [8, 64]))
    let blobs = result.nodes.compactMap { ($0.operation as? Constant)?.content.blob }
    #expect(blobs.map(\.part) == [.values, .zeroPoints, .scales])
    #expect(blobs.map(\.shape) == [[8, 2, 32], [8, 2, 1], [8, 2, 1]])
    #expect(blobs.map(\.byteCount) == [256, 8, 32])
    #expect(result.weights.isEmpty)
  }

  @Test func fractionalZeroPointHasNoConversion() throws {
    let format = CompressedFormat(elementType: .u4, groupSize: 32, zeroPoint: .float)
    let result = try lowered(graph([("w", [8, 64], .linear)]), .compressed(format))
    #expect(!result.nodes.map(\.name).contains("w/zero_point/convert"))
    #expect(result.nodes.contains { $0.name == "w/zero_point" && $0.outputs[0].elementType == .f16 })
  }

  @Test func channelWiseHasNoReshape() throws {
    let format = CompressedFormat(elementType: .i8, groupSize: nil)
    let result = try lowered(graph([("w", [8, 64], .head)]), .compressed(format))
    #expect(result.nodes.map(\.operation.typeName) == ["Const", "Convert", "Const", "Multiply", "Convert"])
  }

  @Test func expertsKeepTheirAxis() throws {
    let format = CompressedFormat(elementType: .i4, groupSize: 16)
    let result = try lowered(graph([("w", [4, 8, 32], .expert)]), .compressed(format))
    let values = result.nodes.compactMap { ($0.operation as? Constant)?.content.blob }.first
    #expect(values?.shape == [4, 8, 2, 16])
    #expect(result.outputs[0].value.shape == [4, 8, 32])
  }

  @Test func denseHalfIsWidened() throws {
    let result = try lowered(graph([("w", [8, 64], .linear)]), .dense(.f16))
    #expect(result.nodes.map(\.name) == ["w", "w/convert"])
    #expect((result.nodes[1].operation as? Convert)?.isDecompression == true)
    #expect(try lowered(graph([("w", [8], .norm)]), .dense(.f32)).nodes.count == 1)
  }

  @Test func whatDoesNotFitIsRefusedByName() throws {
    let grouped = CompressedFormat(elementType: .i4, groupSize: 48)
    let error = #expect(throws: GraphError.self) {
      try lowered(graph([("model.w", [8, 64], .linear)]), .compressed(grouped))
    }
    #expect(error?.message.contains("model.w") == true)
    #expect(throws: GraphError.self) { try lowered(graph([("v", [8], .bias)]), .compressed(grouped)) }
    #expect(throws: GraphError.self) { try lowered(graph([("v", [8], .bias)]), .dense(.i64)) }
  }

  @Test func tiedWeightsHaveChainsOfTheirOwnOverTheSameBytes() throws {
    let source = try graph([("e", [8, 64], .embedding), ("h", [8, 64], .head)], shared: ["h": "e"])
    #expect(source.weights.map(\.sharedName) == ["e", "e"])
    let format = CompressedFormat(elementType: .u8, groupSize: nil, zeroPoint: .integer)
    let result = try lowered(source, .compressed(format))
    let keys = result.nodes.compactMap { ($0.operation as? Constant)?.content.blob?.key }
    #expect(keys.count == 6)
    #expect(Set(keys).count == 3)
  }
}

extension Constant.Content {
  fileprivate var blob: Blob? { if case .blob(let blob) = self { blob } else { nil } }
}
