import Graph
import Tensors
import Testing

/// The shared blocks: names that runtimes look up, and the structure that their matchers need.
@Suite struct BlockTests {
  private func zeros(_ shape: Shape) -> Weight {
    Weight(Array(repeating: 0, count: shape.elementCount), shape: shape)
  }

  private func attention(window: Int? = nil, softcap: Float? = nil) -> Attention {
    var attention = Attention(
      name: "layer.attn", headCount: 4, keyValueHeadCount: 2, headDimension: 8,
      query: Linear(name: "layer.attn.q", weight: zeros([32, 16])),
      key: Linear(name: "layer.attn.k", weight: zeros([16, 16])),
      value: Linear(name: "layer.attn.v", weight: zeros([16, 16])),
      output: Linear(name: "layer.attn.o", weight: zeros([16, 32])))
    attention.rotary = RotaryEmbedding(dimension: 8, theta: 10_000)
    attention.slidingWindow = window
    attention.softcap = softcap
    return attention
  }

  private func build(_ attention: Attention, _ options: GraphOptions = GraphOptions()) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    let hidden = try decoder.embed(zeros([10, 16]), name: "embed.weight")
    let mixed = try decoder.attend(hidden, attention, layer: 0)
    return try decoder.finish(mixed, head: Linear(name: "head", weight: zeros([10, 16])))
  }

  @Test func contractNames() throws {
    let graph = try build(attention())
    #expect(graph.parameters.map(\.name) == ["input_ids", "attention_mask", "position_ids", "beam_idx"])
    #expect(graph.outputs.map(\.name) == ["logits"])
    #expect(graph.outputs[0].value.shape == [.dynamic, .dynamic, 10])
    #expect(
      graph.variables.map(\.id) == [
        "past_key_values.0.keypresent.0.key", "past_key_values.0.valuepresent.0.value",
      ])
    #expect(graph.variables[0].shape == [.dynamic, 2, .dynamic, 8])
  }

  /// The sum whose first operand is the past's length is how the NPU plugin finds it.
  @Test func rangesEndAtPastPlusNew() throws {
    let graph = try build(attention(window: 4))
    let ranges = graph.nodes.filter { $0.operation is IntegerRange }
    #expect(ranges.count == 2)
    let ends = Set(ranges.map { $0.inputs[1] })
    #expect(ends.count == 1)
    let sum = try graph.node(of: #require(ends.first))
    #expect(sum.operation.typeName == "Add")
    #expect(ranges[0].inputs[0] == sum.inputs[0])
  }

  @Test func masksAreShared() throws {
    let decoder = try DecoderBuilder(GraphOptions())
    var hidden = try decoder.embed(zeros([10, 16]), name: "embed.weight")
    for layer in 0..<4 {
      hidden = try decoder.attend(hidden, attention(window: layer % 2 == 0 ? 4 : nil), layer: layer)
    }
    let graph = try decoder.finish(hidden, head: Linear(name: "head", weight: zeros([10, 16])))
    #expect(graph.nodes.count { $0.operation is Select } == 2)
    #expect(graph.nodes.count { $0.operation.typeName == "Cos" } == 1)
  }

  @Test func softcapSpellsAttentionOut() throws {
    let graph = try build(attention(softcap: 30))
    #expect(!graph.nodes.contains { $0.operation is ScaledDotProductAttention })
    #expect(graph.nodes.contains { $0.operation.typeName == "Tanh" })
  }

  @Test func mergedProjectionsAreOneWeight() throws {
    let graph = try build(attention(), GraphOptions(mergeProjections: true))
    #expect(
      graph.weights.map(\.name) == [
        "embed.weight", "layer.attn.q+k+v.weight", "layer.attn.o.weight", "head.weight",
      ])
    #expect(graph.weights[1].shape == [64, 16])
  }

  @Test func staticGraphsHaveNoDynamicDimension() throws {
    for kind in [GraphOptions.Kind.prefill(promptLength: 6), .decode(contextLength: 9)] {
      let graph = try build(attention(window: 4), GraphOptions(kind: kind))
      let dynamic = graph.nodes.filter { $0.outputs.contains { $0.shape.fixed == nil } }
      #expect(dynamic.map(\.name) == [])
      #expect(graph.variables.isEmpty)
      #expect(graph.outputs.map(\.name) == ["logits", "present.0.key", "present.0.value"])
      #expect(graph.outputs[0].value.shape[1] == 1)
    }
    let decode = try build(attention(), GraphOptions(kind: .decode(contextLength: 9)))
    #expect(
      decode.parameters.map(\.name) == [
        "input_ids", "attention_mask", "position_ids", "past_key_values.0.key", "past_key_values.0.value",
      ])
    #expect(decode.parameters[3].outputs[0].shape == [1, 2, 8, 8])
    #expect(decode.outputs[1].value.shape == [1, 2, 1, 8])
  }

  /// Neighbours 2i and 2i + 1 become elements i and i + d/2 of the part that turns.
  @Test func neighboursArePaired() throws {
    var attention = attention()
    attention.query.weight = Weight((0..<512).map { Float($0 / 16) }, shape: [32, 16])
    attention.pairNeighbours(4)
    var rows = [Float](repeating: 0, count: 512)
    try rows.withUnsafeMutableBufferPointer {
      try WeightReader().read(0..<32, of: attention.query.weight, into: $0)
    }
    let order = stride(from: 0, to: 512, by: 16).map { rows[$0] }
    #expect(order.prefix(16) == [0, 2, 1, 3, 4, 5, 6, 7, 8, 10, 9, 11, 12, 13, 14, 15])
  }

  @Test func activationsHaveNames() throws {
    #expect(try Activation(name: "gelu_new") == .geluTanh)
    let error = #expect(throws: GraphError.self) { try Activation(name: "xielu") }
    #expect(error?.message.contains("xielu") == true)
  }
}
