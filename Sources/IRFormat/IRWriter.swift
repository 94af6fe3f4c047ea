import Graph
import Tensors

/// Writes graphs as OpenVINO IR, version 11: an XML document beside a file of constants.
package enum IRWriter {
  /// Writes the XML of `graph`, piece by piece.
  /// - Parameters:
  ///   - graph: a lowered graph.
  ///   - layout: a layout to which the graph was added.
  ///   - name: the name of the model in the document.
  ///   - runtimeInfo: the notes at its end.
  ///   - sink: receives the text; called a few times for each layer.
  /// - Throws: `IRError` of code `cannotWrite`, or what `sink` throws.
  package static func write(
    _ graph: Graph, layout: BinLayout, name: String, runtimeInfo: RuntimeInfo = RuntimeInfo(),
    to sink: (String) throws -> Void
  ) throws {
    try sink(IRText.header(name))
    let tensorNames = tensorNames(of: graph)
    for (id, node) in graph.nodes.enumerated() {
      try sink(try layer(node, id, layout, tensorNames[id]))
    }
    for (index, output) in graph.outputs.enumerated() {
      try sink(
        resultLayer(
          output.value, name: "Result_" + output.name, output: output.name, id: graph.nodes.count + index))
    }
    try sink(IRText.endOfLayers)
    for (id, node) in graph.nodes.enumerated() {
      for (port, input) in node.inputs.enumerated() { try sink(edge(graph.nodes, input, to: id, port)) }
    }
    for (index, output) in graph.outputs.enumerated() {
      try sink(edge(graph.nodes, output.value, to: graph.nodes.count + index, 0))
    }
    try sink(IRText.footer(runtimeInfo))
  }

  /// The XML of `graph` as one text.
  package static func xml(
    _ graph: Graph, layout: BinLayout, name: String, runtimeInfo: RuntimeInfo = RuntimeInfo()
  ) throws -> String {
    var text = ""
    try write(graph, layout: layout, name: name, runtimeInfo: runtimeInfo) { text += $0 }
    return text
  }

  /// The names of parameters and outputs, by node and port.
  private static func tensorNames(of graph: Graph) -> [Int: [Int: [String]]] {
    var names: [Int: [Int: [String]]] = [:]
    for (id, node) in graph.nodes.enumerated() where node.operation is Parameter {
      names[id, default: [:]][0, default: []].append(node.name)
    }
    for output in graph.outputs {
      names[output.value.node, default: [:]][output.value.port, default: []].append(output.name)
    }
    return names
  }
}

// MARK: - Layers

extension IRWriter {
  static func layer(
    _ node: Graph.Node, _ id: Int, _ layout: BinLayout, _ tensorNames: [Int: [String]]?
  ) throws -> String {
    let operation = node.operation
    guard !(operation is WeightOperation) else {
      throw IRError(.cannotWrite, "'\(node.name)' is a weight without a format: lower the graph first")
    }
    var text = "\t\t<layer id=\"\(id)\" name=\"\(IRText.escaped(node.name))\" type=\"\(operation.typeName)\""
    text += " version=\"\(operation.opset)\">\n"
    var attributes = operation.attributes
    if let constant = operation as? Constant { attributes = try self.attributes(constant, node.name, layout) }
    text += IRText.attributes(attributes.map { ($0.name, $0.value) })
    if let convert = operation as? Convert, convert.isDecompression {
      text += "\t\t\t<rt_info>\n\t\t\t\t<attribute name=\"decompression\" version=\"0\"/>\n\t\t\t</rt_info>\n"
    }
    if !node.inputs.isEmpty {
      text += "\t\t\t<input>\n"
      for (port, input) in node.inputs.enumerated() { text += self.port(port, input.type, names: []) }
      text += "\t\t\t</input>\n"
    }
    text += "\t\t\t<output>\n"
    for (port, output) in node.outputs.enumerated() {
      text += self.port(node.inputs.count + port, output, names: tensorNames?[port] ?? [])
    }
    text += "\t\t\t</output>\n"
    if let loop = operation as? Loop { text += try parts(of: loop, inputCount: node.inputs.count, layout) }
    return text + "\t\t</layer>\n"
  }

  private static func attributes(
    _ constant: Constant, _ name: String, _ layout: BinLayout
  ) throws(IRError) -> [Attribute] {
    guard let entry = layout.entry(of: constant.content) else {
      throw IRError(.cannotWrite, "the constant '\(name)' has no place in the layout")
    }
    return [
      Attribute("element_type", constant.elementType.rawValue),
      Attribute("shape", constant.shape.dimensions.map(String.init).joined(separator: ", ")),
      Attribute("offset", String(entry.offset)), Attribute("size", String(entry.byteCount)),
    ]
  }

  static func resultLayer(_ value: Value, name: String, output: String? = nil, id: Int) -> String {
    let outputNames = output.map { " output_names=\"\(IRText.escaped($0))\"" } ?? ""
    return """
      \t\t<layer id="\(id)" name="\(IRText.escaped(name))" type="Result" version="opset1"\(outputNames)>
      \t\t\t<input>
      \(port(0, value.type, names: []))\t\t\t</input>
      \t\t</layer>

      """
  }

  private static func port(_ id: Int, _ type: ValueType, names: [String]) -> String {
    IRText.port(
      id, precision: precision(type.elementType), dimensions: type.shape.dimensions.map { $0.fixed ?? -1 },
      names: names)
  }

  static func edge(_ nodes: [Graph.Node], _ value: Value, to layer: Int, _ port: Int) -> String {
    let fromPort = nodes[value.node].inputs.count + value.port
    return IRText.edge(from: value.node, fromPort, to: layer, port)
  }

  /// The older spelling of element types, which ports use.
  private static func precision(_ type: ElementType) -> String {
    switch type {
    case .boolean: "BOOL"
    case .f64: "FP64"
    case .f32: "FP32"
    case .f16: "FP16"
    default: type.rawValue.uppercased()
    }
  }
}
