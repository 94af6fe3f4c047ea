import Graph
import Tensors

/// Writes graphs as OpenVINO IR, version 11: an XML document beside a file of constants.
public enum IRWriter {
  /// Writes the XML of `graph`, piece by piece.
  /// - Parameters:
  ///   - graph: a lowered graph.
  ///   - layout: a layout to which the graph was added.
  ///   - name: the name of the model in the document.
  ///   - runtimeInfo: the notes at its end.
  ///   - sink: receives the text; called a few times for each layer.
  /// - Throws: `IRError` of code `cannotWrite`, or what `sink` throws.
  public static func write(
    _ graph: Graph, layout: BinLayout, name: String, runtimeInfo: RuntimeInfo = RuntimeInfo(),
    to sink: (String) throws -> Void
  ) throws {
    try sink("<?xml version=\"1.0\"?>\n<net name=\"\(escaped(name))\" version=\"11\">\n\t<layers>\n")
    let tensorNames = tensorNames(of: graph)
    for (id, node) in graph.nodes.enumerated() {
      try sink(try layer(node, id, layout, tensorNames[id]))
    }
    for (index, output) in graph.outputs.enumerated() {
      try sink(
        resultLayer(
          output.value, name: "Result_" + output.name, output: output.name, id: graph.nodes.count + index))
    }
    try sink("\t</layers>\n\t<edges>\n")
    for (id, node) in graph.nodes.enumerated() {
      for (port, input) in node.inputs.enumerated() { try sink(edge(graph.nodes, input, to: id, port)) }
    }
    for (index, output) in graph.outputs.enumerated() {
      try sink(edge(graph.nodes, output.value, to: graph.nodes.count + index, 0))
    }
    try sink("\t</edges>\n\t<rt_info>\n")
    for entry in runtimeInfo.entries { try sink(note(entry, indentation: "\t\t")) }
    try sink("\t</rt_info>\n</net>\n")
  }

  /// The XML of `graph` as one text.
  public static func xml(
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
    var text = "\t\t<layer id=\"\(id)\" name=\"\(escaped(node.name))\" type=\"\(operation.typeName)\""
    text += " version=\"\(operation.opset)\">\n"
    var attributes = operation.attributes
    if let constant = operation as? Constant { attributes = try self.attributes(constant, node.name, layout) }
    if !attributes.isEmpty {
      let list = attributes.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: " ")
      text += "\t\t\t<data \(list)/>\n"
    }
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
    let outputNames = output.map { " output_names=\"\(escaped($0))\"" } ?? ""
    return """
      \t\t<layer id="\(id)" name="\(escaped(name))" type="Result" version="opset1"\(outputNames)>
      \t\t\t<input>
      \(port(0, value.type, names: []))\t\t\t</input>
      \t\t</layer>

      """
  }

  private static func port(_ id: Int, _ type: ValueType, names: [String]) -> String {
    var text = "\t\t\t\t<port id=\"\(id)\" precision=\"\(precision(type.elementType))\""
    if !names.isEmpty { text += " names=\"\(escaped(names.joined(separator: ",")))\"" }
    if type.shape.rank == 0 { return text + "/>\n" }
    text += ">\n"
    for dimension in type.shape.dimensions {
      text += "\t\t\t\t\t<dim>\(dimension.fixed ?? -1)</dim>\n"
    }
    return text + "\t\t\t\t</port>\n"
  }

  static func edge(_ nodes: [Graph.Node], _ value: Value, to layer: Int, _ port: Int) -> String {
    let fromPort = nodes[value.node].inputs.count + value.port
    return "\t\t<edge from-layer=\"\(value.node)\" from-port=\"\(fromPort)\" "
      + "to-layer=\"\(layer)\" to-port=\"\(port)\"/>\n"
  }

  private static func note(_ entry: RuntimeInfo.Entry, indentation: String) -> String {
    let isTag =
      entry.name.first?.isLetter == true
      && entry.name.allSatisfy { $0.isLetter || $0.isNumber || "_-".contains($0) }
    let tag = isTag ? entry.name : "info"
    let start = isTag ? "<\(tag)" : "<\(tag) name=\"\(escaped(entry.name))\""
    if let value = entry.value { return "\(indentation)\(start) value=\"\(escaped(value))\"/>\n" }
    let inner = entry.children.map { note($0, indentation: indentation + "\t") }.joined()
    return "\(indentation)\(start)>\n\(inner)\(indentation)</\(tag)>\n"
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

  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\r", "\t": result += "&#\(scalar.value);"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
