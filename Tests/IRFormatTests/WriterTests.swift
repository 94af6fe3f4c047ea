import Graph
import IRFormat
import Tensors
import Testing

@Suite struct WriterTests {
  /// y = x · w, with a weight of two rows.
  private func graph() throws -> Graph {
    let graph = Graph()
    let input = try graph.append(Parameter(.f32, [.dynamic, 2]), name: "x")
    let weight = try graph.weight(Weight([1, 2, 3, 4], shape: [2, 2]), role: .linear, name: "w")
    graph.addOutput("y", try graph.append(MatMul(transposeB: true), [input, weight]))
    return graph
  }

  @Test func wholeDocument() throws {
    let info = RuntimeInfo([
      .init("runtime_options", [.init("KV_CACHE_PRECISION", "f16"), .init("1 <2>", "a\"b")])
    ])
    let (xml, bin) = try IRWriter.serialize(graph(), name: "m", runtimeInfo: info)
    #expect(bin.count == 16)
    #expect(bin[0..<4] == [0, 0, 0x80, 0x3f])
    #expect(
      xml == """
        <?xml version="1.0"?>
        <net name="m" version="11">
        \t<layers>
        \t\t<layer id="0" name="x" type="Parameter" version="opset1">
        \t\t\t<data shape="?,2" element_type="f32"/>
        \t\t\t<output>
        \t\t\t\t<port id="0" precision="FP32" names="x">
        \t\t\t\t\t<dim>-1</dim>
        \t\t\t\t\t<dim>2</dim>
        \t\t\t\t</port>
        \t\t\t</output>
        \t\t</layer>
        \t\t<layer id="1" name="w" type="Const" version="opset1">
        \t\t\t<data element_type="f32" shape="2, 2" offset="0" size="16"/>
        \t\t\t<output>
        \t\t\t\t<port id="0" precision="FP32">
        \t\t\t\t\t<dim>2</dim>
        \t\t\t\t\t<dim>2</dim>
        \t\t\t\t</port>
        \t\t\t</output>
        \t\t</layer>
        \t\t<layer id="2" name="MatMul" type="MatMul" version="opset1">
        \t\t\t<data transpose_a="false" transpose_b="true"/>
        \t\t\t<input>
        \t\t\t\t<port id="0" precision="FP32">
        \t\t\t\t\t<dim>-1</dim>
        \t\t\t\t\t<dim>2</dim>
        \t\t\t\t</port>
        \t\t\t\t<port id="1" precision="FP32">
        \t\t\t\t\t<dim>2</dim>
        \t\t\t\t\t<dim>2</dim>
        \t\t\t\t</port>
        \t\t\t</input>
        \t\t\t<output>
        \t\t\t\t<port id="2" precision="FP32" names="y">
        \t\t\t\t\t<dim>-1</dim>
        \t\t\t\t\t<dim>2</dim>
        \t\t\t\t</port>
        \t\t\t</output>
        \t\t</layer>
        \t\t<layer id="3" name="Result_y" type="Result" version="opset1" output_names="y">
        \t\t\t<input>
        \t\t\t\t<port id="0" precision="FP32">
        \t\t\t\t\t<dim>-1</dim>
        \t\t\t\t\t<dim>2</dim>
        \t\t\t\t</port>
        \t\t\t</input>
        \t\t</layer>
        \t</layers>
        \t<edges>
        \t\t<edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
        \t\t<edge from-layer="1" from-port="0" to-layer="2" to-port="1"/>
        \t\t<edge from-layer="2" from-port="2" to-layer="3" to-port="0"/>
        \t</edges>
        \t<rt_info>
        \t\t<runtime_options>
        \t\t\t<KV_CACHE_PRECISION value="f16"/>
        \t\t\t<info name="1 &lt;2&gt;" value="a&quot;b"/>
        \t\t</runtime_options>
        \t</rt_info>
        </net>

        """)
  }

  @Test func weightsWithoutAFormatAreRefused() throws {
    #expect(throws: IRError.self) { try IRWriter.xml(graph(), layout: BinLayout(), name: "m") }
    let lowered = try graph().lowered { _ in .dense(.f32) }
    #expect(throws: IRError.self) { try IRWriter.xml(lowered, layout: BinLayout(), name: "m") }
  }

  @Test func entriesAreAlignedAndShared() throws {
    let graph = Graph()
    for name in ["a", "b", "c"] {
      let value = try graph.weight(
        Weight([1, 2, 3], shape: [3]), role: .norm, name: name, sharedName: name == "c" ? "a" : nil)
      graph.addOutput(name, try graph.add(value, graph.float(2)))
    }
    let lowered = try graph.lowered { _ in .dense(.f32) }
    var layout = BinLayout()
    layout.add(lowered)
    #expect(layout.entries.map(\.offset) == [0, 64, 128])
    #expect(layout.entries.map(\.byteCount) == [12, 4, 12])
    #expect(layout.totalByteCount == 140)
    // A second graph over the same weights takes no more room.
    layout.add(try graph.lowered { _ in .dense(.f32) })
    #expect(layout.totalByteCount == 140)
  }

  @Test func weightsCanBeArranged() throws {
    let graph = Graph()
    for name in ["a", "b", "c"] {
      let value = try graph.weight(Weight([1, 2, 3, 4], shape: [2, 2]), role: .linear, name: name)
      graph.addOutput(name, try graph.add(value, graph.float(2)))
    }
    let format = CompressedFormat(elementType: .u4, groupSize: nil, zeroPoint: .integer)
    let lowered = try graph.lowered { _ in .compressed(format) }
    var layout = BinLayout()
    layout.add(lowered)
    let total = layout.totalByteCount
    layout.arrange { ["c": 0, "a": 1, "b": 2][$0.key.sharedName] ?? 3 }
    let names = layout.entries.map { entry in
      if case .blob(let blob) = entry.content {
        "\(blob.key.sharedName) \(blob.part.rawValue)"
      } else {
        "bytes"
      }
    }
    // The parts of a weight stay together, and in their order.
    let parts = ["values", "zeroPoints", "scales"]
    #expect(names == ["bytes"] + ["c", "a", "b"].flatMap { name in parts.map { "\(name) \($0)" } })
    #expect(layout.entries.map(\.offset) == (0..<10).map { $0 * 64 })
    #expect(abs(layout.totalByteCount - total) < 64)
    for node in lowered.nodes {
      guard let constant = node.operation as? Constant else { continue }
      #expect(layout.entry(of: constant.content) != nil)
    }
  }
}
