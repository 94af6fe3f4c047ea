import Graph
import IRFormat
import Tensors
import Testing

@Suite struct ReaderTests {
  private func parse(_ text: String) throws -> IRDocument { try IRReader.parse(Array(text.utf8)) }

  /// A decoder of one layer with weights of several forms.
  private func written() throws -> String {
    func zeros(_ shape: Shape) -> Weight {
      Weight(Array(repeating: 0, count: shape.elementCount), shape: shape)
    }
    let decoder = try DecoderBuilder(GraphOptions())
    let hidden = try decoder.embed(zeros([10, 64]), name: "embed.weight")
    let attention = Attention(
      name: "attn", headCount: 4, keyValueHeadCount: 2, headDimension: 16,
      query: Linear(name: "q", weight: zeros([64, 64])), key: Linear(name: "k", weight: zeros([32, 64])),
      value: Linear(name: "v", weight: zeros([32, 64])), output: Linear(name: "o", weight: zeros([64, 64])))
    let graph = try decoder.finish(
      decoder.attend(hidden, attention, layer: 0), head: Linear(name: "head", weight: zeros([10, 64])))
    let lowered = try graph.lowered { weight in
      weight.role == .linear
        ? .compressed(CompressedFormat(elementType: .u4, groupSize: 32, zeroPoint: .integer))
        : weight.role == .head
          ? .compressed(CompressedFormat(elementType: .i8, groupSize: nil)) : .dense(.f16)
    }
    var layout = BinLayout()
    layout.add(lowered)
    return try IRWriter.xml(
      lowered, layout: layout, name: "a \"model\" & more",
      runtimeInfo: RuntimeInfo([.init("nncf", [.init("mode", "int4"), .init("2 b", "x\ny")])]))
  }

  @Test func readsWhatTheWriterWrites() throws {
    let document = try parse(written())
    #expect(document.name == "a \"model\" & more")
    #expect(document.version == 11)
    #expect(document.parameters.map(\.name) == ["input_ids", "attention_mask", "position_ids", "beam_idx"])
    #expect(document.parameters[0].shape == [nil, nil])
    #expect(
      document.results == [IRDocument.Tensor(name: "logits", precision: "FP32", shape: [nil, nil, 10])])
    #expect(document.states.map(\.shape) == ["?,2,?,16", "?,2,?,16"])
    #expect(!document.isStatic)
    #expect(document.operationCounts.contains { $0 == (type: "ScaledDotProductAttention", count: 1) })
    #expect(document.runtimeInfo.value("nncf", "mode") == "int4")
    #expect(document.runtimeInfo.value("nncf", "2 b") == "x\ny")
  }

  @Test func findsTheFormatsOfWeights() throws {
    let uses = try parse(written()).weightUses
    #expect(
      uses == [
        IRDocument.WeightUse(
          elementType: "u4", groupSize: 32, scaleType: "f16", zeroPointType: "u4", tensorCount: 4,
          elementCount: 12288, byteCount: 6144),
        IRDocument.WeightUse(
          elementType: "f16", groupSize: nil, scaleType: nil, zeroPointType: nil, tensorCount: 1,
          elementCount: 640,
          byteCount: 1280),
        IRDocument.WeightUse(
          elementType: "i8", groupSize: nil, scaleType: "f16", zeroPointType: nil, tensorCount: 1,
          elementCount: 640,
          byteCount: 640),
      ])
  }

  /// Files that other programs write: other quotes, comments, unknown elements, names in the Result layer.
  @Test func readsOtherHandwriting() throws {
    let document = try parse(
      """
      <?xml version='1.0' ?><!-- made by hand --><net name='n' version='10'>
      <layers><layer id='0' name='p' type='Parameter' version='opset1'><data shape='1, 2..5' element_type='i64'/>
      <output><port id='0' precision='I64' names='ids,a\\,b'><rt_info><attribute name='x'/></rt_info><dim>1</dim>
      <dim>-1</dim></port></output></layer><layer id="1" name="r" type="Result" output_names="out&#x21;"/></layers>
      <edges><edge from-layer="0" from-port="0" to-layer="1" to-port="0"/></edges><statistics/></net>
      """)
    #expect(
      document.layers[0].outputs == [.init(id: 0, precision: "I64", shape: [1, nil], names: ["ids", "a,b"])])
    #expect(document.results.first?.name == "out!")
    #expect(document.parameters[0].shape == [1, nil])
  }

  @Test(arguments: [
    "", "text", "<net", "<net version=\"11\">", "<net version=\"11\"></wrong>", "<other/>", "<net/>",
    "<net version=\"-1\"/>", "<net version=\"11\"/><net version=\"11\"/>",
    "<net version=\"11\" version=\"11\"/>",
    "<!DOCTYPE net [<!ENTITY a \"b\">]><net version=\"11\"/>", "<net version=\"11\" name=\"&a;\"/>",
    "<net version=\"11\" name=\"&#xD800;\"/>", "<net version=\"11\" name=\"<\"/>", "<net version=11/>",
    "<net version=\"11\"><layers><layer id=\"x\"/></layers></net>", "<!-- <net version=\"11\"/>",
    "<net version=\"11\"><edges><edge from-layer=\"0\"/></edges></net>",
  ])
  func refusesOtherText(_ text: String) {
    #expect(throws: IRError.self) { try parse(text) }
  }

  @Test func depthIsLimited() {
    let deep = "<net version=\"11\"><rt_info>" + String(repeating: "<a>", count: 100_000)
    #expect(throws: IRError.self) { try parse(deep) }
  }

  @Test func everyTruncationIsRefused() throws {
    let text = Array(try written().utf8)
    for length in stride(from: 0, to: text.count - 8, by: 1499) {
      #expect(throws: IRError.self) { try IRReader.parse(Array(text.prefix(length))) }
    }
  }

  /// Damaged bytes are refused or read as another document, and never trap.
  @Test func damagedBytesDoNotTrap() throws {
    let text = Array(try written().utf8).prefix(12_000) + Array("</layers></net>".utf8)
    var state: UInt64 = 1
    func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    for _ in 0..<60 {
      var damaged = Array(text)
      for _ in 0...next(6) { damaged[next(damaged.count)] = UInt8(next(256)) }
      if let document = try? IRReader.parse(damaged) {
        _ = (document.weightUses, document.results, document.states)
      }
    }
  }

  @Test func impossibleNumbersDoNotTrap() throws {
    let huge = String(repeating: "9223372036854775807,", count: 9) + "4"
    let document = try parse(
      """
      <net version="11"><layers><layer id="0" type="Const"><data element_type="f16" shape="\(huge)" size="-5"/></layer>
      <layer id="0" type="Const"><data element_type="i4" shape="3,\(huge)" size="99999999999999999999"/></layer>
      <layer id="1" type="Multiply"/></layers>
      <edges><edge from-layer="1" from-port="0" to-layer="1" to-port="0"/>
      <edge from-layer="0" from-port="0" to-layer="1" to-port="1"/></edges></net>
      """)
    #expect(document.weightUses.allSatisfy { $0.byteCount >= 0 && $0.elementCount >= 0 })
    #expect(document.results.isEmpty)
  }
}
