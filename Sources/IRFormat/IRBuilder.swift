/// An OpenVINO IR under construction, layer by layer, with the constants that its `.bin` holds.
///
/// For what `Graph` does not know: tokenizers need strings and operations of the `extension` set, whose shapes nobody
/// infers before the runtime does; so this builder writes what it is told.
package struct IRBuilder {
  /// One output of a layer.
  package struct Output {
    package var layer: Int
    package var port: Int
    package var element: Element
    package var rank: Int
  }

  /// The types that tokenizers handle, by their names in attributes.
  package enum Element: String {
    case string, u8, i32, i64, f32, boolean

    /// The spelling of ports.
    var precision: String {
      switch self {
      case .f32: "FP32"
      case .boolean: "BOOL"
      default: rawValue.uppercased()
      }
    }
  }

  /// The type and rank of an output to be made.
  package typealias Kind = (element: Element, rank: Int)

  private var layers: [String] = []
  private var edges: [String] = []
  package private(set) var bin: [UInt8] = []
  private var offsets: [[UInt8]: Int] = [:]
  private let name: String

  package init(name: String) { self.name = name }

  /// Adds a layer; its name is its type with its number, so that it is unique and tells what it is.
  package mutating func add(
    _ type: String, version: String = "extension", _ attributes: [(String, String)] = [],
    _ inputs: [Output] = [], _ outputs: [Kind], names: [String] = []
  ) -> [Output] {
    let id = layers.count
    var text = "\t\t<layer id=\"\(id)\" name=\"\(type)_\(id)\" type=\"\(type)\" version=\"\(version)\""
    if type == "Result" { text += " output_names=\"\(IRText.escaped(names.joined(separator: ",")))\"" }
    text += ">\n"
    text += IRText.attributes(attributes.map { ($0.0, $0.1) })
    if !inputs.isEmpty {
      text += "\t\t\t<input>\n"
      for (port, input) in inputs.enumerated() {
        text += Self.port(port, (input.element, input.rank))
        edges.append(IRText.edge(from: input.layer, input.port, to: id, port))
      }
      text += "\t\t\t</input>\n"
    }
    if !outputs.isEmpty {
      text += "\t\t\t<output>\n"
      for (port, kind) in outputs.enumerated() {
        text += Self.port(inputs.count + port, kind, names: port < names.count ? names[port] : nil)
      }
      text += "\t\t\t</output>\n"
    }
    layers.append(text + "\t\t</layer>\n")
    return outputs.enumerated().map {
      Output(layer: id, port: inputs.count + $0.offset, element: $0.element.element, rank: $0.element.rank)
    }
  }

  /// A layer with one output.
  package mutating func one(
    _ type: String, version: String, _ attributes: [(String, String)] = [], _ inputs: [Output] = [],
    _ kind: Kind,
    names: [String] = []
  ) -> Output {
    add(type, version: version, attributes, inputs, [kind], names: names)[0]
  }

  /// A constant; equal bytes are stored once.
  package mutating func constant(_ element: Element, shape: [Int], _ bytes: [UInt8]) -> Output {
    let offset: Int
    if let known = offsets[bytes] {
      offset = known
    } else {
      while !bin.count.isMultiple(of: 8) { bin.append(0) }
      offset = bin.count
      offsets[bytes] = offset
      // An empty constant still points into the file.
      bin += bytes.isEmpty ? [0] : bytes
    }
    let id = layers.count
    layers.append(
      """
      \t\t<layer id="\(id)" name="Constant_\(id)" type="Const" version="opset1">
      \t\t\t<data element_type="\(element.rawValue)" shape="\(shape.map(String.init).joined(separator: ", "))" \
      offset="\(offset)" size="\(max(bytes.count, bytes.isEmpty ? 1 : 0))"/>
      \t\t\t<output>
      \(Self.port(0, (element, shape.count), dimensions: shape))\t\t\t</output>
      \t\t</layer>

      """)
    return Output(layer: id, port: 0, element: element, rank: shape.count)
  }

  /// 32-bit integers; a scalar where `isScalar`.
  package mutating func integers(_ values: [Int], isScalar: Bool = false) -> Output {
    let bytes = values.flatMap { value in withUnsafeBytes(of: Int32(clamping: value).littleEndian, Array.init)
    }
    return constant(.i32, shape: isScalar ? [] : [values.count], bytes)
  }

  /// A 64-bit scalar.
  package mutating func long(_ value: Int) -> Output {
    constant(.i64, shape: [], withUnsafeBytes(of: Int64(value).littleEndian, Array.init))
  }

  /// 32-bit floats.
  package mutating func floats(_ values: [Float]) -> Output {
    constant(
      .f32, shape: [values.count],
      values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init) })
  }

  /// One text, as the bytes that attributes-like inputs take.
  package mutating func text(_ text: String) -> Output {
    let bytes = Array(text.utf8)
    return constant(.u8, shape: [bytes.count], bytes)
  }

  /// A vector of byte strings: begins, ends and the bytes of all.
  package mutating func strings(_ strings: [[UInt8]]) -> [Output] {
    var begins: [Int] = []
    var ends: [Int] = []
    var bytes: [UInt8] = []
    for string in strings {
      begins.append(bytes.count)
      bytes += string
      ends.append(bytes.count)
    }
    return [integers(begins), integers(ends), constant(.u8, shape: [bytes.count], bytes)]
  }

  /// The whole document. `notes` are what runtimes read beside the graph.
  package func xml(notes: RuntimeInfo) -> String {
    IRText.header(name) + layers.joined() + IRText.endOfLayers + edges.joined() + IRText.footer(notes)
  }

  private static func port(_ id: Int, _ kind: Kind, names: String? = nil, dimensions: [Int]? = nil) -> String
  {
    IRText.port(
      id, precision: kind.element.precision, dimensions: dimensions ?? [Int](repeating: -1, count: kind.rank),
      names: names.map { [$0] } ?? [])
  }
}
