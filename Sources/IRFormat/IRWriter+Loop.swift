import Graph
import Tensors

extension IRWriter {
  /// What stands in a loop's layer behind its ports: which port is which layer of the body, what the body carries to
  /// its next run, and the body itself.
  static func parts(of loop: Loop, inputCount: Int, _ layout: BinLayout) throws -> String {
    let nodes = loop.body.nodes
    let results = [loop.body.condition] + loop.body.carried
    var text = "\t\t\t<port_map>\n"
    for parameter in 1..<loop.parameterCount {
      // Ports 0 and 1 are how often it runs and whether.
      let slice = parameter <= loop.slicedCount ? " axis=\"\(loop.axis)\" start=\"0\" end=\"-1\"" : ""
      let part = parameter <= loop.slicedCount ? " stride=\"1\" part_size=\"1\"" : ""
      text +=
        "\t\t\t\t<input\(slice) external_port_id=\"\(parameter + 1)\" internal_layer_id=\"\(parameter)\"\(part)/>\n"
    }
    for (port, carried) in loop.order.enumerated() {
      text += "\t\t\t\t<output external_port_id=\"\(inputCount + port)\" "
      text += "internal_layer_id=\"\(nodes.count + 1 + carried)\"/>\n"
    }
    text += "\t\t\t\t<input external_port_id=\"-1\" internal_layer_id=\"0\" purpose=\"current_iteration\"/>\n"
    text += "\t\t\t\t<output external_port_id=\"-1\" internal_layer_id=\"\(nodes.count)\" "
    text += "purpose=\"execution_condition\"/>\n\t\t\t</port_map>\n\t\t\t<back_edges>\n"
    for carried in loop.body.carried.indices {
      let parameter = 1 + loop.slicedCount + loop.sharedCount + carried
      text += "\t\t\t\t<edge from-layer=\"\(nodes.count + 1 + carried)\" to-layer=\"\(parameter)\"/>\n"
    }
    text += "\t\t\t</back_edges>\n\t\t\t<body>\n\t\t\t<layers>\n"
    for (id, node) in nodes.enumerated() { text += try layer(node, id, layout, nil) }
    for (index, value) in results.enumerated() {
      text += resultLayer(value, name: "Result_\(index)", id: nodes.count + index)
    }
    text += "\t\t\t</layers>\n\t\t\t<edges>\n"
    for (id, node) in nodes.enumerated() {
      for (port, input) in node.inputs.enumerated() { text += edge(nodes, input, to: id, port) }
    }
    for (index, value) in results.enumerated() { text += edge(nodes, value, to: nodes.count + index, 0) }
    return text + "\t\t\t</edges>\n\t\t\t</body>\n"
  }
}
