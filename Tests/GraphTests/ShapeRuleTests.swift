import Graph
import Tensors
import Testing

/// The operations infer what OpenVINO infers, and refuse what it refuses.
@Suite struct ShapeRuleTests {
  let graph = Graph()

  private func input(_ shape: PartialShape, _ type: ElementType = .f32) throws -> Value {
    try graph.append(Parameter(type, shape))
  }

  @Test func elementwiseBroadcasts() throws {
    let sum = try graph.add(input([.dynamic, 1, 4]), input([3, 4]))
    #expect(sum.shape == [.dynamic, 3, 4])
    #expect(throws: GraphError.self) { try graph.add(input([2, 3]), input([2, 4])) }
    #expect(throws: GraphError.self) { try graph.add(input([2]), input([2], .i64)) }
    #expect(try graph.binary(.greater, input([2]), input([1])).type.elementType == .boolean)
  }

  @Test func matrixProduct() throws {
    let product = try graph.append(
      MatMul(transposeB: true), [input([.dynamic, .dynamic, 8]), input([16, 8])])
    #expect(product.shape == [.dynamic, .dynamic, 16])
    let error = #expect(throws: GraphError.self) {
      try graph.append(MatMul(), [input([2, 3]), input([4, 5])], name: "late")
    }
    #expect(error?.message.hasPrefix("late: MatMul") == true)
  }

  @Test func reshapeKeepsAndFills() throws {
    let value = try input([.dynamic, .dynamic, 12])
    #expect(try graph.reshape(value, [0, 0, 3, 4]).shape == [.dynamic, .dynamic, 3, 4])
    #expect(try graph.reshape(value, [0, 0, 3, -1]).shape == [.dynamic, .dynamic, 3, 4])
    #expect(try graph.reshape(value, [-1, 12]).shape == [.dynamic, 12])
    #expect(try graph.reshape(input([2, 6]), [3, -1]).shape == [3, 4])
    #expect(throws: GraphError.self) { try graph.reshape(input([2, 6]), [5, 2]) }
    #expect(throws: GraphError.self) { try graph.reshape(input([2, 6]), [5, -1]) }
  }

  @Test func movingAxes() throws {
    let value = try input([1, .dynamic, 3, 4])
    #expect(try graph.transpose(value, [0, 2, 1, 3]).shape == [1, 3, .dynamic, 4])
    #expect(throws: GraphError.self) { try graph.transpose(value, [0, 1, 1, 3]) }
    #expect(try graph.unsqueeze(value, 2).shape == [1, .dynamic, 1, 3, 4])
    #expect(try graph.unsqueeze(value, -1).shape == [1, .dynamic, 3, 4, 1])
    #expect(throws: GraphError.self) { try graph.unsqueeze(value, 7) }
  }

  @Test func cutting() throws {
    let value = try input([.dynamic, 10])
    #expect(try graph.slice(value, from: 4, to: .max, axis: 1).shape == [.dynamic, 6])
    #expect(try graph.slice(value, from: -3, to: -1, axis: -1).shape == [.dynamic, 2])
    #expect(try graph.split(value, [3, 7], axis: 1).map(\.shape) == [[.dynamic, 3], [.dynamic, 7]])
    #expect(throws: GraphError.self) { try graph.split(value, [3, 3], axis: 1) }
    #expect(try graph.gather(value, input([2, 5], .i64), axis: 1).shape == [.dynamic, 2, 5])
  }

  @Test func joining() throws {
    #expect(try graph.concat([input([.dynamic, 2]), input([3, 4])], axis: -1).shape == [3, 6])
    #expect(throws: GraphError.self) { try graph.concat([input([2, 2]), input([3, 4])], axis: 1) }
    let known = try graph.concat([graph.integers([1, 2]), graph.integers([3])], axis: 0)
    #expect(known.type.integers == [1, 2, 3])
  }

  /// A zero as the extent of a broadcast is what breaks graphs as soon as a device fixes the shapes.
  @Test func broadcastRefusesZero() throws {
    let value = try input([.dynamic, 2, 1, .dynamic, 8])
    let spread = try graph.broadcast(value, to: graph.integers([1, 1, 3, 1, 1]))
    #expect(spread.shape == [.dynamic, 2, 3, .dynamic, 8])
    #expect(throws: GraphError.self) { try graph.broadcast(value, to: graph.integers([1, 2, 3, 0, 8])) }
  }

  @Test func reductionsAndChoices() throws {
    let value = try input([2, .dynamic, 8])
    #expect(try graph.reduce(.mean, value, axis: -1, keepsDimensions: true).shape == [2, .dynamic, 1])
    #expect(try graph.reduce(.sum, value, axis: 0, keepsDimensions: false).shape == [.dynamic, 8])
    let best = try graph.appendAll(TopK(axis: -1), [value, graph.integer(3)])
    #expect(best.map(\.type.elementType) == [.f32, .i64])
    #expect(best[0].shape == [2, .dynamic, 3])
    #expect(throws: GraphError.self) { try graph.reduce(.max, value, axis: 3, keepsDimensions: true) }
    #expect(try graph.append(CumulativeSum(), [value, graph.integer(1)]).shape == [2, .dynamic, 8])
    #expect(throws: GraphError.self) { try graph.append(CumulativeSum(), [value, graph.integer(3)]) }
  }

  @Test func attentionNeedsEqualHeads() throws {
    let query = try input([.dynamic, 4, .dynamic, 16]), key = try input([.dynamic, 4, .dynamic, 16])
    let mask = try input([.dynamic, 1, .dynamic, .dynamic])
    let mixed = try graph.append(ScaledDotProductAttention(), [query, key, key, mask])
    #expect(mixed.shape == [.dynamic, 4, .dynamic, 16])
    let few = try input([.dynamic, 2, .dynamic, 16])
    #expect(throws: GraphError.self) {
      try graph.append(ScaledDotProductAttention(), [query, few, few, mask])
    }
    #expect(throws: GraphError.self) { try graph.append(ScaledDotProductAttention(), [query, key, key]) }
  }

  @Test func namesAreUnique() throws {
    _ = try graph.within("layer") { () throws(GraphError) in
      try graph.append(Constant([Float(1)], shape: []))
      try graph.append(Constant([Float(2)], shape: []))
      try graph.append(Constant([Float(3)], shape: []), name: "Const_1")
    }
    let names = graph.nodes.map(\.name)
    #expect(names.first == "layer/Const")
    #expect(Set(names).count == names.count)
  }
}
