/// Reads the XML of OpenVINO models, for looking at them. Nothing in a file is trusted: sizes are limited, numbers
/// checked, and unknown elements skipped.
package enum IRReader {
  /// The largest document that is read.
  package static let maximumByteCount = 512 << 20
  /// The most layers that are read.
  package static let maximumLayers = 1 << 20

  /// Parses a document.
  /// - Throws: `IRError` of code `badDocument` where it is not the XML of a model, `tooLarge` beyond a limit.
  package static func parse(_ bytes: [UInt8]) throws(IRError) -> IRDocument {
    guard bytes.count <= maximumByteCount else {
      throw IRError(
        .tooLarge, "the XML has \(bytes.count) bytes, more than the \(maximumByteCount) that are read")
    }
    var parser = DocumentParser(XMLScanner(bytes))
    return try parser.document()
  }
}

/// Walks through the elements of a document.
private struct DocumentParser {
  var scanner: XMLScanner

  init(_ scanner: XMLScanner) { self.scanner = scanner }

  mutating func document() throws(IRError) -> IRDocument {
    guard case .start("net", let attributes) = try scanner.next() else {
      throw IRError(.badDocument, "the XML is not an OpenVINO model: it does not begin with <net>")
    }
    var document = IRDocument(
      name: attributes["name"] ?? "", version: try integer(attributes, "version", in: "net"), layers: [],
      edges: [], runtimeInfo: RuntimeInfo())
    while let event = try scanner.next() {
      guard case .start(let name, _) = event else { continue }
      switch name {
      case "layers": document.layers = try layers()
      case "edges": document.edges = try edges(layers: document.layers.count)
      case "rt_info": document.runtimeInfo = RuntimeInfo(try notes())
      default: try skipElement()
      }
    }
    return document
  }

  private mutating func layers() throws(IRError) -> [IRDocument.Layer] {
    var layers: [IRDocument.Layer] = []
    while case .start(let name, let attributes) = try scanner.next() {
      guard name == "layer" else {
        try skipElement()
        continue
      }
      guard layers.count < IRReader.maximumLayers else {
        throw IRError(.tooLarge, "the model has too many layers")
      }
      layers.append(try layer(attributes))
    }
    return layers
  }

  private mutating func layer(_ attributes: [String: String]) throws(IRError) -> IRDocument.Layer {
    var layer = IRDocument.Layer(
      id: try integer(attributes, "id", in: "layer"), name: attributes["name"] ?? "",
      type: attributes["type"] ?? "", version: attributes["version"] ?? "", attributes: [:], inputs: [],
      outputs: [], outputNames: split(attributes["output_names"]))
    while case .start(let name, let attributes) = try scanner.next() {
      switch name {
      case "data":
        layer.attributes = attributes
        try skipElement()
      case "input": layer.inputs = try ports()
      case "output": layer.outputs = try ports()
      default: try skipElement()
      }
    }
    return layer
  }

  private mutating func ports() throws(IRError) -> [IRDocument.Port] {
    var ports: [IRDocument.Port] = []
    while case .start(let name, let attributes) = try scanner.next() {
      guard name == "port" else {
        try skipElement()
        continue
      }
      ports.append(
        IRDocument.Port(
          id: try integer(attributes, "id", in: "port"), precision: attributes["precision"] ?? "",
          shape: try dimensions(), names: split(attributes["names"])))
    }
    return ports
  }

  /// The extents of a port. They are the text of `<dim>` elements, which the scanner hands out as what stands
  /// between the tags.
  private mutating func dimensions() throws(IRError) -> [Int?] {
    var shape: [Int?] = []
    while case .start(let name, _) = try scanner.next() {
      if name == "dim" {
        let extent = Int(scanner.text())
        shape.append(extent.flatMap { $0 < 0 ? nil : $0 })
      }
      try skipElement()
    }
    return shape
  }

  private mutating func edges(layers: Int) throws(IRError) -> [IRDocument.Edge] {
    var edges: [IRDocument.Edge] = []
    while case .start(let name, let attributes) = try scanner.next() {
      if name == "edge" {
        guard edges.count < 16 * IRReader.maximumLayers else {
          throw IRError(.tooLarge, "the model has too many edges")
        }
        edges.append(
          IRDocument.Edge(
            fromLayer: try integer(attributes, "from-layer", in: "edge"),
            fromPort: try integer(attributes, "from-port", in: "edge"),
            toLayer: try integer(attributes, "to-layer", in: "edge"),
            toPort: try integer(attributes, "to-port", in: "edge")))
      }
      try skipElement()
    }
    return edges
  }

  private mutating func notes() throws(IRError) -> [RuntimeInfo.Entry] {
    var entries: [RuntimeInfo.Entry] = []
    while case .start(let tag, let attributes) = try scanner.next() {
      let name = tag == "info" ? attributes["name"] ?? tag : tag
      let children = try notes()
      var entry = RuntimeInfo.Entry(name, children)
      entry.value = attributes["value"]
      entries.append(entry)
    }
    return entries
  }

  /// Skips the children and the end of the element that has just begun.
  private mutating func skipElement() throws(IRError) {
    var depth = 1
    while depth > 0 {
      switch try scanner.next() {
      case .start: depth += 1
      case .end: depth -= 1
      case nil: return
      }
    }
  }

  private func integer(
    _ attributes: [String: String], _ name: String, in element: String
  ) throws(IRError) -> Int {
    guard let text = attributes[name], let value = Int(text), value >= 0 else {
      throw IRError(
        .badDocument, "<\(element)> should have a number as '\(name)', not '\(attributes[name] ?? "")'")
    }
    return value
  }

  /// Names between commas; `\,` stands for a comma.
  private func split(_ text: String?) -> [String] {
    guard let text, !text.isEmpty else { return [] }
    var names = [""]
    var escapes = false
    for character in text {
      if escapes {
        names[names.count - 1].append(character)
        escapes = false
      } else if character == "\\" {
        escapes = true
      } else if character == "," {
        names.append("")
      } else {
        names[names.count - 1].append(character)
      }
    }
    return names
  }
}
